import { CRM_CATALOG, decodeId, encodeId } from '@winnow/catalog';
import type { EventRow } from '@winnow/db';
import { describe, expect, it } from 'vitest';
import { presentEvent } from './present-event.ts';

const ID = '0199f5c0-0000-7000-8000-000000000001';
const row: EventRow = {
  id: ID,
  organization_id: ID,
  object_type: 'bulk_action.delete',
  object_id: ID,
  action: 'completed',
  user_id: ID,
  api_key_id: ID,
  request_id: 'req_abc',
  data: { status: 'done' },
  previous_data: null,
  changed_fields: ['status'],
  meta: { bulk_action_id: 'bulkdelete_x' },
  date_created: new Date('2026-01-02T03:04:05.678Z'),
  page_no: null,
  deleted_counts: null,
  date_relayed: null,
};

describe('presentEvent', () => {
  it('has every field of the reference, ids with their prefixes and stamps in naive UTC', () => {
    expect(presentEvent(row, CRM_CATALOG)).toEqual({
      id: encodeId('ev', ID),
      object_type: 'bulk_action.delete',
      object_id: encodeId('bulkdelete', ID),
      action: 'completed',
      lead_id: null,
      organization_id: encodeId('orga', ID),
      user_id: encodeId('user', ID),
      api_key_id: encodeId('api', ID),
      request_id: 'req_abc',
      date_created: '2026-01-02T03:04:05.678000',
      date_updated: '2026-01-02T03:04:05.678000',
      changed_fields: ['status'],
      data: { status: 'done' },
      previous_data: null,
      meta: { bulk_action_id: 'bulkdelete_x' },
    });
  });

  it('says null for a user and a key that are not known', () => {
    const event = presentEvent({ ...row, user_id: null, api_key_id: null, request_id: null }, CRM_CATALOG);
    expect([event.user_id, event.api_key_id, event.request_id]).toEqual([null, null, null]);
  });

  it('names the lead of a lead event and of an object that carries one', () => {
    const lead = presentEvent({ ...row, object_type: 'lead', action: 'deleted', data: null }, CRM_CATALOG);
    expect(lead.lead_id).toBe(encodeId('lead', ID));
    const contact = {
      ...row,
      object_type: 'contact',
      data: null,
      previous_data: { lead_id: 'lead_of_contact' },
    };
    expect(presentEvent(contact, CRM_CATALOG).lead_id).toBe('lead_of_contact');
  });

  it('gives the plain id of an object whose type no catalog knows any more', () => {
    expect(presentEvent({ ...row, object_type: 'long.gone' }, CRM_CATALOG).object_id).toBe(ID);
    expect(decodeId('any', ID)).toBe(ID);
  });
});
