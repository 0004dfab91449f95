import { type CustomField, type CustomFieldType, decodeId } from '@winnow/catalog';

/** Wire ids of custom fields, one of each type; docs/query-language.md uses them too. */
export const CUSTOM_FIELD_IDS = {
  text: 'cf_0000000000000000000001',
  number: 'cf_0000000000000000000002',
  date: 'cf_0000000000000000000003',
  datetime: 'cf_0000000000000000000004',
  choices: 'cf_0000000000000000000005',
  user: 'cf_0000000000000000000006',
  contact: 'cf_0000000000000000000007',
  manyChoices: 'cf_0000000000000000000008',
  manyUsers: 'cf_0000000000000000000009',
  ofContact: 'cf_000000000000000000000A',
} as const;

const CHOICES = ['Trade show', 'Purchased list', 'Website'] as const;

/** The UUID behind a wire id of a custom field. */
export function customFieldKey(wireId: string): string {
  const uuid = decodeId('cf', wireId);
  if (uuid === undefined) throw new Error(`${wireId} is no id of a custom field`);
  return uuid;
}

function customField(wireId: string, type: CustomFieldType, rest: Partial<CustomField> = {}): CustomField {
  return {
    id: customFieldKey(wireId),
    owner: 'lead',
    name: `Custom ${type}`,
    type,
    choices: type === 'choices' ? CHOICES : [],
    acceptsMultipleValues: false,
    ...rest,
  };
}

const FIELDS: readonly CustomField[] = [
  customField(CUSTOM_FIELD_IDS.text, 'text'),
  customField(CUSTOM_FIELD_IDS.number, 'number'),
  customField(CUSTOM_FIELD_IDS.date, 'date'),
  customField(CUSTOM_FIELD_IDS.datetime, 'datetime'),
  customField(CUSTOM_FIELD_IDS.choices, 'choices'),
  customField(CUSTOM_FIELD_IDS.user, 'user'),
  customField(CUSTOM_FIELD_IDS.contact, 'contact'),
  customField(CUSTOM_FIELD_IDS.manyChoices, 'choices', { acceptsMultipleValues: true, name: 'Sources' }),
  customField(CUSTOM_FIELD_IDS.manyUsers, 'user', { acceptsMultipleValues: true, name: 'Owners' }),
  customField(CUSTOM_FIELD_IDS.ofContact, 'text', { owner: 'contact', name: 'Nickname' }),
];

/** An organization's custom fields as the query check takes them. */
export const EXAMPLE_CUSTOM_FIELDS: ReadonlyMap<string, CustomField> = new Map(
  FIELDS.map((field) => [field.id, field]),
);
