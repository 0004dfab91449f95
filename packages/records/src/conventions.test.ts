import { CRM_CATALOG, type ObjectType, objectTypeOf } from '@winnow/catalog';
import { describe, expect, it } from 'vitest';
import { idListName, wireTypeName } from './conventions.ts';

const typeOf = (typeValue: string, one: string): ObjectType => ({
  name: typeValue,
  aliases: [],
  label: { one, many: `${one}s` },
  table: 'table',
  typeValue,
  idPrefix: 'x',
  fields: {},
  embeds: [],
});

describe('wireTypeName', () => {
  it.each([
    ['note', 'note', 'Note'],
    ['email', 'e-mail', 'Email'],
    ['sms', 'SMS', 'SMS'],
    ['custom_activity', 'custom activity', 'CustomActivity'],
  ])('of %s (%s) is %s', (typeValue, label, name) => {
    expect(wireTypeName(typeOf(typeValue, label))).toBe(name);
  });

  it('of a type that has its table to itself is none', () => {
    expect(wireTypeName(objectTypeOf(CRM_CATALOG, 'task'))).toBeUndefined();
  });
});

it('Ids are listed beside arrays of objects that have a URL and are written with their parent.', () => {
  const names = Object.values(CRM_CATALOG.objectTypes).flatMap(({ embeds }) =>
    embeds.map((embed) => [embed.name, idListName(CRM_CATALOG, embed)]),
  );
  expect(Object.fromEntries(names)).toEqual({
    addresses: undefined,
    contacts: 'contact_ids',
    opportunities: undefined,
    tasks: undefined,
    emails: undefined,
    phones: undefined,
    urls: undefined,
  });
});
