import { describe, expect, it } from 'vitest';
import { CRM_CATALOG } from './crm/catalog.ts';
import { planDeletion } from './deletion-plan.ts';
import type { Catalog, Relation } from './types.ts';

function catalogOf(tables: Readonly<Record<string, readonly Relation[]>>): Catalog {
  return {
    name: 'test',
    schema: 'public',
    archiveSchema: 'archive',
    objectTypes: {},
    tables: Object.fromEntries(
      Object.entries(tables).map(([name, relations]) => [name, { name, tenantColumn: 'tenant', relations }]),
    ),
  };
}

const cascade = (column: string, references: string): Relation => ({
  column,
  references,
  onDelete: 'cascade',
});
const detach = (column: string, references: string): Relation => ({ column, references, onDelete: 'detach' });

describe('planDeletion', () => {
  it('puts whatever points at a table before it, and the root last', () => {
    const order = planDeletion(CRM_CATALOG, 'lead').steps.map(({ table }) => table.name);
    expect(order.at(-1)).toBe('lead');
    for (const { table } of planDeletion(CRM_CATALOG, 'lead').steps) {
      for (const { references } of table.relations) {
        if (order.includes(references))
          expect(order.indexOf(table.name)).toBeLessThan(order.indexOf(references));
      }
    }
  });

  it('takes what a lead owns, and cuts the links of what stays', () => {
    const steps = planDeletion(CRM_CATALOG, 'lead').steps;
    expect(steps.map(({ table }) => table.name).sort()).toEqual([
      'activity',
      'address',
      'contact',
      'contact_email',
      'contact_phone',
      'contact_url',
      'custom_object',
      'lead',
      'opportunity',
      'task',
    ]);
    expect(steps.at(-1)?.detach).toEqual([{ table: 'document', column: 'lead_id' }]);
  });

  it('keeps activities, tasks and documents of a contact', () => {
    const steps = planDeletion(CRM_CATALOG, 'contact').steps;
    expect(steps.map(({ table }) => table.name)).toEqual([
      'contact_email',
      'contact_phone',
      'contact_url',
      'contact',
    ]);
    expect(steps.at(-1)?.detach.map(({ table }) => table)).toEqual([
      'opportunity',
      'task',
      'activity',
      'document',
    ]);
  });

  it('follows a table that two doomed tables own by both links', () => {
    const catalog = catalogOf({
      a: [],
      b: [cascade('a_id', 'a')],
      c: [cascade('a_id', 'a'), cascade('b_id', 'b')],
    });
    expect(
      planDeletion(catalog, 'a').steps.map(({ table, parents }) => [table.name, parents.length]),
    ).toEqual([
      ['c', 2],
      ['b', 1],
      ['a', 0],
    ]);
  });

  it('allows a table to point at itself by a link that is cut', () => {
    const catalog = catalogOf({ node: [detach('parent_id', 'node')] });
    expect(planDeletion(catalog, 'node').steps).toMatchObject([
      { detach: [{ table: 'node', column: 'parent_id' }] },
    ]);
  });

  it.each([
    ['a table that owns itself', { node: [cascade('parent_id', 'node')] }, 'node'],
    ['two tables that own each other', { a: [cascade('b_id', 'b')], b: [cascade('a_id', 'a')] }, 'a'],
    ['an owned table that its owner points at', { a: [detach('b_id', 'b')], b: [cascade('a_id', 'a')] }, 'a'],
  ])('refuses %s: there is no safe order', (_, tables, root) => {
    expect(() => planDeletion(catalogOf(tables), root)).toThrow(/circular/);
  });
});
