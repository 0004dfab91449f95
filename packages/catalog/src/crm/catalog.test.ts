import { describe, expect, it } from 'vitest';
import { isComputed, objectTypeOf, tableOf } from '../access.ts';
import { splitExpression } from '../fields.ts';
import type { Field, ObjectType } from '../types.ts';
import { CRM_CATALOG } from './catalog.ts';

const TYPES = Object.values(CRM_CATALOG.objectTypes);
const lead = objectTypeOf(CRM_CATALOG, 'lead');

/** The computed lead fields of Close (reference, 2.8). */
const SMART_FIELDS =
  `timezone_id times_communicated num_activities num_addresses num_contacts num_contact_urls num_urls
  num_email_addresses num_phone_numbers num_emails num_sent_emails num_received_emails num_outgoing_emails
  num_email_attachments num_calls num_incoming_calls num_outgoing_calls num_missed_calls num_sms num_sent_sms
  num_received_sms num_notes num_tasks num_completed_tasks num_incomplete_tasks num_meetings num_upcoming_meetings
  num_completed_meetings num_canceled_meetings num_declined_meetings num_opportunities num_active_opportunities
  num_won_opportunities num_lost_opportunities num_annual_opportunities num_monthly_opportunities
  num_one_time_opportunities last_activity_date last_activity_type last_activity_user_id last_communication_date
  last_communication_type last_communication_user_id first_communication_date last_opportunity_status_change_date
  last_call_created last_call_duration last_call_disposition last_call_user_id last_incoming_call_date
  last_outgoing_call_date last_email_date last_incoming_email_date last_outgoing_email_date last_sms_date
  last_note_created next_task_date next_task_due_date next_task_text next_task_user_id primary_opportunity_value
  primary_opportunity_status primary_opportunity_status_type primary_opportunity_user_id
  primary_opportunity_pipeline_id primary_opportunity_date_won addresses_count all_urls_count`.split(/\s+/);

const VALUE_FIELDS = ['avg', 'max', 'min', 'total'].flatMap((name) =>
  ['annual', 'annualized', 'monthly', 'one_time'].flatMap((period) =>
    ['', 'active_', 'won_', 'lost_'].map((status) => `${name}_${period}_${status}opportunity_value`),
  ),
);

describe('the computed fields of a lead', () => {
  it.each([...SMART_FIELDS, ...VALUE_FIELDS])(
    '%s may be searched, is never written, and shown on request',
    (name) => {
      const field = lead.fields[name];
      expect(field).toMatchObject({ name, searchable: true, writable: false, required: false });
      expect(field && isComputed(field)).toBe(true);
    },
  );

  it('may be sorted by where their values have an order', () => {
    const unsorted = [...SMART_FIELDS, ...VALUE_FIELDS].filter((name) => !lead.fields[name]?.sortable);
    expect(unsorted.sort()).toEqual([
      'last_activity_user_id',
      'last_call_user_id',
      'last_communication_user_id',
      'next_task_user_id',
      'primary_opportunity_pipeline_id',
      'primary_opportunity_user_id',
    ]);
  });

  it('are not shown otherwise', () => {
    const shown = Object.values(lead.fields).filter((field) => !isComputed(field));
    expect(shown.map(({ name }) => name)).toContain('status_label');
    expect(shown.some(({ source }) => source.from === 'aggregate' || source.from === 'first')).toBe(false);
  });
});

/** The object type whose rows a field is computed over. */
const ownersOf = ({ source }: Field): readonly (readonly [table: string, column: string])[] => {
  if (source.from !== 'aggregate' && source.from !== 'first') return [];
  const { table, column, through } = source;
  return [[table, column], ...(through ? [[through.table, through.column] as const] : [])];
};

describe.each(TYPES.map((type): [string, ObjectType] => [type.name, type]))(
  'the object type %s',
  (_, type) => {
    const fields = Object.values(type.fields);

    it('has other names only for fields and values that there are, and none that a field has itself', () => {
      for (const [alias, name] of Object.entries(type.fieldAliases ?? {})) {
        expect(type.fields).not.toHaveProperty([alias]);
        expect(type.fields).toHaveProperty([name]);
      }
      for (const { values = [], valueAliases = {} } of fields) {
        for (const [alias, value] of Object.entries(valueAliases)) {
          expect(values).not.toContain(alias);
          expect(values).toContain(value);
        }
      }
    });

    it('is known by a field that is shown, and is part of a type that its table points at', () => {
      if (type.titleField !== undefined) expect(type.fields).toHaveProperty([type.titleField]);
      if (type.partOf === undefined) return;
      const whole = objectTypeOf(CRM_CATALOG, type.partOf);
      const { relations } = tableOf(CRM_CATALOG, type.table);
      expect(relations).toContainEqual(
        expect.objectContaining({ references: whole.table, onDelete: 'cascade' }),
      );
    });

    it('computes over rows that a relation links to it, and what comes first is settled by the id', () => {
      for (const field of fields) {
        for (const [table, column] of ownersOf(field)) {
          expect(tableOf(CRM_CATALOG, table).relations.map((relation) => relation.column)).toContain(column);
        }
        if (field.source.from === 'first') {
          expect(splitExpression(field.source.orderBy).columns.at(-1)).toBe('id');
        }
      }
    });

    it('points only at object types and users', () => {
      for (const { kind, target } of fields) {
        if (kind === 'reference' && target !== 'user') objectTypeOf(CRM_CATALOG, target ?? '');
      }
    });
  },
);
