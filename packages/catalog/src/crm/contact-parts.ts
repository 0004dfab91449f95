import { constant, field, fieldsByName } from '../fields.ts';
import type { ObjectType } from '../types.ts';

const contactEmail: ObjectType = {
  name: 'contact_email',
  aliases: [],
  label: { one: 'e-mail address', many: 'e-mail addresses' },
  table: 'contact_email',
  idPrefix: 'contactemail',
  partOf: 'contact',
  titleField: 'email',
  fields: fieldsByName(
    field('email', 'text', { required: true }),
    field('type', 'text'),
    field('is_unsubscribed', 'boolean'),
  ),
  embeds: [],
};

const contactPhone: ObjectType = {
  name: 'contact_phone',
  aliases: [],
  label: { one: 'phone number', many: 'phone numbers' },
  table: 'contact_phone',
  idPrefix: 'contactphone',
  partOf: 'contact',
  titleField: 'phone',
  fields: fieldsByName(
    field('phone', 'text', { required: true }),
    field('phone_formatted', 'text', { column: 'phone', writable: false }),
    field('type', 'text'),
    field('country', 'text'),
    constant('tz_ids', []),
    constant('outbound_sms_blocked', false),
  ),
  embeds: [],
};

const contactUrl: ObjectType = {
  name: 'contact_url',
  aliases: [],
  label: { one: 'URL', many: 'URLs' },
  table: 'contact_url',
  idPrefix: 'contacturl',
  partOf: 'contact',
  titleField: 'url',
  fields: fieldsByName(field('url', 'text', { required: true }), field('type', 'text')),
  embeds: [],
};

/** What a contact is reached by: written and shown inside of it. */
export const contactParts: readonly ObjectType[] = [contactEmail, contactPhone, contactUrl];
