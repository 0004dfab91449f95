import { CRM_CATALOG } from '@winnow/catalog';
import { describe, expect, it } from 'vitest';
import { findEventProblem } from './known-events.ts';

const problemOf = (object_type: string, action: string) =>
  findEventProblem(CRM_CATALOG, { object_type, action });

describe('findEventProblem', () => {
  it.each([
    ['bulk_action.delete', 'created'],
    ['bulk_action.delete', 'failed'],
    ['bulk_action.delete', 'paused'],
    ['bulk_action.undo', 'completed'],
    ['lead', 'deleted'],
    ['deal', 'deleted'],
    ['lead', 'restored'],
    ['deal', 'restored'],
    ['task.lead', 'restored'],
    ['call', 'deleted'],
    ['task', 'deleted'],
    ['custom_object', 'deleted'],
    ['lead', 'merged'],
    ['activity.call', 'answered'],
    ['activity.custom_activity', 'updated'],
    ['task.lead', 'completed'],
    ['bulk_action.edit', 'paused'],
    ['export.lead', 'reverting'],
  ])('has nothing against %s %s', (objectType, action) => {
    expect(problemOf(objectType, action)).toBeUndefined();
  });

  it.each([
    ['leads', 'deleted'],
    ['webhook', 'ping'],
    ['webhook_subscription', 'paused'],
    ['page', 'deleted'],
    ['address', 'deleted'],
    ['address', 'restored'],
    ['constructor', 'deleted'],
    ['__proto__', 'deleted'],
  ])('knows no object type %s', (objectType, action) => {
    expect(problemOf(objectType, action)).toMatchObject({
      key: 'object_type',
      sentence: expect.stringContaining('bulk_action.delete, bulk_action.undo, lead'),
    });
  });

  it.each([
    ['lead', 'delete'],
    ['bulk_action.delete', 'deleted'],
    ['bulk_action.undo', 'restored'],
    ['document', 'created'],
  ])('names the actions of %s in place of %s', (objectType, action) => {
    expect(problemOf(objectType, action)).toMatchObject({
      key: 'action',
      sentence: expect.stringMatching(/deleted|created/),
    });
  });
});
