import { CRM_CATALOG } from '@winnow/catalog';
import type { JsonObject } from '@winnow/db';
import { describe, expect, it } from 'vitest';
import { readWishes } from './match.ts';

const asking = (events: readonly JsonObject[], filter: JsonObject | null = null) =>
  readWishes(CRM_CATALOG, { events, event_filter: filter });
const event = (object_type: string, action: string, more: JsonObject = {}): JsonObject => ({
  id: 'ev_1',
  object_type,
  action,
  meta: {},
  ...more,
});
const byBulkAction = (filter: JsonObject): JsonObject => ({
  type: 'field_accessor',
  field: 'meta',
  filter: { type: 'field_accessor', field: 'bulk_action_id', filter },
});

describe('what a subscription asks for', () => {
  const wishes = asking([
    { object_type: 'bulk_action.delete', action: 'completed' },
    { object_type: 'lead', action: 'deleted' },
  ]);

  it('fits each pair that it lists', () => {
    for (const wanted of [event('bulk_action.delete', 'completed'), event('lead', 'deleted')])
      expect(wishes.match(wanted)).toBe(wanted);
  });

  it('fits no pair put together from two of its entries, no part of a word, and nothing when it is empty', () => {
    expect(wishes.match(event('bulk_action.delete', 'deleted'))).toBeUndefined();
    expect(wishes.match(event('bulk_action', 'completed'))).toBeUndefined();
    expect(asking([]).match(event('lead', 'deleted'))).toBeUndefined();
  });

  it('is sent under the name that it was asked for by', () => {
    const deals = asking([{ object_type: 'deal', action: 'deleted' }]);
    expect(deals.match(event('opportunity', 'deleted'))).toEqual(event('deal', 'deleted'));
    expect(deals.recordTypes('deleted')).toEqual(['opportunity']);
    expect(deals.recordNames('deleted', ['opportunity', 'lead'])).toEqual(['deal']);
  });

  it('is of one kind where a kind is asked for, and of all kinds under their own names where a type is', () => {
    const back = asking([{ object_type: 'task.lead', action: 'restored' }]);
    expect(back.match(event('task.lead', 'restored'))).toEqual(event('task.lead', 'restored'));
    expect(back.match(event('task.lead', 'deleted'))).toBeUndefined();
    expect(back.recordTypes('restored')).toEqual(['task']);
    expect(back.recordNames('restored', ['task', 'lead'])).toEqual(['task.lead']);
    expect(back.recordNames('deleted', ['task'])).toEqual([]);
    const some = asking([{ object_type: 'task.lead', action: 'deleted' }]);
    expect(some.match(event('task.lead', 'deleted'))).toEqual(event('task.lead', 'deleted'));
    expect(some.match(event('task.missed_call', 'deleted'))).toBeUndefined();
    expect(some.recordTypes('deleted')).toEqual(['task']);
    const every = asking([{ object_type: 'task', action: 'deleted' }]);
    for (const name of ['task.lead', 'task.missed_call'])
      expect(every.match(event(name, 'deleted'))).toEqual(event(name, 'deleted'));
    expect(every.match(event('lead', 'deleted'))).toBeUndefined();
  });

  it('comes once under the first name when it is asked for by two', () => {
    const both = asking([
      { object_type: 'opportunity', action: 'deleted' },
      { object_type: 'deal', action: 'deleted' },
    ]);
    expect(both.match(event('opportunity', 'deleted'))?.object_type).toBe('opportunity');
    expect(both.recordTypes('deleted')).toEqual(['opportunity']);
    expect(both.recordTypes('restored')).toEqual([]);
  });

  it('must pass its own filter and the one of the subscription, and the filter sees the name that is sent', () => {
    const some = asking(
      [
        { object_type: 'lead', action: 'deleted', extra_filter: byBulkAction({ type: 'non_null' }) },
        { object_type: 'deal', action: 'deleted' },
      ],
      { type: 'field_accessor', field: 'object_type', filter: { type: 'not_equals', value: 'opportunity' } },
    );
    const bulk = event('lead', 'deleted', { meta: { bulk_action_id: 'bulkdelete_1' } });
    expect(some.match(bulk)).toBe(bulk);
    expect(some.match(event('lead', 'deleted'))).toBeUndefined();
    expect(some.match(event('opportunity', 'deleted'))?.object_type).toBe('deal');
    expect(
      asking([{ object_type: 'lead', action: 'deleted' }], byBulkAction({ type: 'is_null' })).match(bulk),
    ).toBeUndefined();
  });

  it('names the deleted object types that have events, and no others', () => {
    const many = asking([
      { object_type: 'lead', action: 'deleted' },
      { object_type: 'lead', action: 'created' },
      { object_type: 'contact', action: 'created' },
      { object_type: 'saved_search', action: 'deleted' },
      { object_type: 'activity.note', action: 'deleted' },
    ]);
    expect(many.recordTypes('deleted')).toEqual(['lead', 'activity.note']);
  });
});
