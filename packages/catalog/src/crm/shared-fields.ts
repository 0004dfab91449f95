import { expression, field, first, lookup } from '../fields.ts';
import type { Field, FirstSource } from '../types.ts';

/** Reference types that queries may use for a user (reference, 2.3). */
const USER_REFERENCE = ['user', 'user_or_group'] as const;
const TO_USER = { target: 'user', referenceTypes: USER_REFERENCE } as const;

/** A user of the organization. */
export const user = (name: string, writable = true): Field =>
  field(name, 'reference', { ...TO_USER, writable });

/** The user that stands in the first of the rows that belong to the object. */
export const firstUser = (name: string, source: Omit<FirstSource, 'from'>): Field =>
  first(name, 'reference', source, TO_USER);

/** The full name of the user in a column, as Close shows it beside the id. */
export const userName = (name: string, column: string): Field =>
  expression(
    name,
    'text',
    `(select btrim(u.first_name || ' ' || u.last_name) from public.user_account u
      where u.id = {${column}} and u.organization_id = {organization_id})`,
  );

/** Stamps that the server keeps (reference, section 6). */
export const stamps: readonly Field[] = [
  user('created_by', false),
  user('updated_by', false),
  userName('created_by_name', 'created_by'),
  userName('updated_by_name', 'updated_by'),
  field('date_created', 'moment', { writable: false }),
  field('date_updated', 'moment', { writable: false }),
];

export const leadLink = (required = false): Field =>
  field('lead_id', 'reference', { target: 'lead', referenceTypes: ['lead'], required });

export const contactLink = field('contact_id', 'reference', {
  target: 'contact',
  referenceTypes: ['contact'],
});

export const opportunityLink = field('opportunity_id', 'reference', {
  target: 'opportunity',
  referenceTypes: ['opportunity'],
});

export const leadName = lookup(
  'lead_name',
  'text',
  { via: 'lead_id', table: 'lead', column: 'name' },
  { searchable: false },
);
