import { CRM_CATALOG, type CustomField, encodeId, objectTypeOf } from '@winnow/catalog';
import { describe, expect, it } from 'vitest';
import { findCustomField, resolvePath } from './resolve-path.ts';

const lead = objectTypeOf(CRM_CATALOG, 'lead');
const task = objectTypeOf(CRM_CATALOG, 'task');

describe('resolvePath', () => {
  it('finds a field of the object and of parts within parts', () => {
    expect(resolvePath(CRM_CATALOG, lead, 'name')).toMatchObject({
      kind: 'field',
      embeds: [],
      column: 'name',
    });
    expect(resolvePath(CRM_CATALOG, lead, 'contacts.emails.email')).toMatchObject({
      kind: 'field',
      embeds: [{ name: 'contacts' }, { name: 'emails' }],
      objectType: { name: 'contact_email' },
      column: 'email',
    });
    expect(resolvePath(CRM_CATALOG, lead, 'contacts.custom.Shoe size')).toMatchObject({
      kind: 'custom',
      owner: 'contact',
      name: 'Shoe size',
    });
  });

  it('knows the column behind a field of another name', () => {
    expect(resolvePath(CRM_CATALOG, objectTypeOf(CRM_CATALOG, 'sms'), 'remote_phone')).toMatchObject({
      column: 'phone',
    });
  });

  it('takes moments that the server keeps otherwise: a record is older than its import', () => {
    expect(resolvePath(CRM_CATALOG, lead, 'date_created')).toMatchObject({ column: 'date_created' });
  });

  it.each([
    [lead, 'constructor', /no field constructor/],
    [lead, 'num_contacts', /cannot be written/],
    [lead, 'display_name', /cannot be written/],
    [lead, 'created_by', /cannot be written/],
    [lead, 'opportunities.value', /no field opportunities.value/],
    [task, 'custom.X', /tasks have no custom fields/],
  ])('refuses what an import cannot fill (%#)', (type, path, reason) => {
    expect(resolvePath(CRM_CATALOG, type, path)).toMatch(reason);
  });
});

describe('findCustomField', () => {
  const uuid = '01a2030d-5851-778c-850b-d6b55305206f';
  const field = (id: string, owner: string, name: string): CustomField => ({
    id,
    owner,
    name,
    type: 'text',
    choices: [],
    acceptsMultipleValues: false,
  });
  const fields = [
    field(uuid, 'lead', 'Sector'),
    field('b', 'lead', 'size'),
    field('c', 'lead', 'Size'),
    field('d', 'contact', 'Shoe'),
  ];

  it('finds by name, by name in another case where that is clear, and by id', () => {
    expect(findCustomField(fields, 'lead', 'sector')?.id).toBe(uuid);
    expect(findCustomField(fields, 'lead', encodeId('cf', uuid))?.id).toBe(uuid);
    expect(findCustomField(fields, 'lead', 'Size')?.id).toBe('c');
    expect(findCustomField(fields, 'lead', 'SIZE')).toBeUndefined();
  });

  it("never finds another owner's", () => {
    expect(findCustomField(fields, 'lead', 'Shoe')).toBeUndefined();
  });
});
