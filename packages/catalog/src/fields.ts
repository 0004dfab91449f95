import type { Embed, Field, FieldKind } from './types.ts';

type Overrides = Partial<Omit<Field, 'name' | 'kind' | 'source'>> & { readonly column?: string };

/** Kinds whose values have an order that a person would sort by (reference, 2.7: not references, not ids). */
const SORTABLE: ReadonlySet<FieldKind> = new Set([
  'text',
  'integer',
  'number',
  'date',
  'moment',
  'boolean',
  'choice',
]);

/**
 * A field stored in a column of its object's table. Defaults: searchable, writable, optional, sortable when its
 * kind has an order, column named like the field.
 */
export function field(name: string, kind: FieldKind, overrides: Overrides = {}): Field {
  const { column, ...rest } = overrides;
  return {
    name,
    kind,
    source: { from: 'column', column: column ?? name },
    searchable: true,
    sortable: SORTABLE.has(kind),
    writable: true,
    required: false,
    ...rest,
  };
}

/** A read-only field taken from the row that column `via` points at. */
export function lookup(
  name: string,
  kind: FieldKind,
  source: { readonly via: string; readonly table: string; readonly column: string },
  overrides: Partial<Omit<Field, 'name' | 'kind' | 'source'>> = {},
): Field {
  return {
    name,
    kind,
    source: { from: 'lookup', ...source },
    searchable: true,
    sortable: false,
    writable: false,
    required: false,
    ...overrides,
  };
}

/** A read-only field that counts the rows of `table` whose `column` points at the object. */
export function count(name: string, table: string, column: string): Field {
  return {
    name,
    kind: 'integer',
    source: { from: 'count', table, column },
    searchable: true,
    sortable: false,
    writable: false,
    required: false,
  };
}

/** Fields as a record by wire name, in the order given. */
export function fieldsByName(...fields: readonly Field[]): Readonly<Record<string, Field>> {
  return Object.fromEntries(fields.map((item) => [item.name, item]));
}

/** An embedded array, written with its parent unless told otherwise. */
export function embed(name: string, objectType: string, column: string, rest: Partial<Embed> = {}): Embed {
  return { name, objectType, column, writable: true, ...rest };
}
