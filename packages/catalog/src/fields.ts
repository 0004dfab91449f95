import type {
  AggregateSource,
  Embed,
  Field,
  FieldKind,
  FieldSource,
  FirstSource,
  OwnedRows,
} from './types.ts';

type Overrides = Partial<Omit<Field, 'name' | 'kind' | 'source'>>;

/** Kinds whose values have an order that a person would sort by (reference, 2.7: not references, not ids). */
const SORTABLE: ReadonlySet<FieldKind> = new Set([
  'text',
  'time_zone',
  'integer',
  'number',
  'date',
  'moment',
  'boolean',
  'choice',
]);

const SHOWN_ONLY = { searchable: false, sortable: false, writable: false, required: false } as const;

/**
 * A field stored in a column of its object's table. Defaults: searchable, writable, optional, sortable when its
 * kind has an order, column named like the field.
 */
export function field(
  name: string,
  kind: FieldKind,
  overrides: Overrides & { readonly column?: string } = {},
): Field {
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
  overrides: Overrides = {},
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
export function count(
  name: string,
  table: string,
  column: string,
  rest: Pick<OwnedRows, 'through' | 'where'> = {},
): Field {
  return aggregate(name, 'integer', { function: 'count', table, column, ...rest });
}

/** A read-only field that is a number or a moment over rows that belong to the object. */
export function aggregate(
  name: string,
  kind: FieldKind,
  source: Omit<AggregateSource, 'from'>,
  overrides: Overrides = {},
): Field {
  return computed(name, kind, { from: 'aggregate', ...source }, overrides);
}

/** A read-only field that is a value of one row that belongs to the object. */
export function first(
  name: string,
  kind: FieldKind,
  source: Omit<FirstSource, 'from'>,
  overrides: Overrides = {},
): Field {
  return computed(name, kind, { from: 'first', ...source }, overrides);
}

/**
 * A read-only field that is computed from the row's own columns, each written `{column}` in the SQL. Shown only,
 * unless the overrides say that it may be searched or sorted by: each is then computed for every row that is looked at.
 */
export function expression(name: string, kind: FieldKind, sql: string, overrides: Overrides = {}): Field {
  return { name, kind, source: { from: 'expression', sql }, ...SHOWN_ONLY, ...overrides };
}

function computed(name: string, kind: FieldKind, source: FieldSource, overrides: Overrides): Field {
  return { ...SHOWN_ONLY, name, kind, source, searchable: true, sortable: SORTABLE.has(kind), ...overrides };
}

/** A read-only field of the wire shape that has the same value for every object. */
export function constant(name: string, value: boolean | null | readonly []): Field {
  return { name, kind: 'json', source: { from: 'constant', value }, ...SHOWN_ONLY };
}

/** Fields as a record by wire name, in the order given. */
export function fieldsByName(...fields: readonly Field[]): Readonly<Record<string, Field>> {
  return Object.fromEntries(fields.map((item) => [item.name, item]));
}

/** An embedded array, written with its parent unless told otherwise. */
export function embed(name: string, objectType: string, column: string, rest: Partial<Embed> = {}): Embed {
  return { name, objectType, column, writable: true, ...rest };
}

/** The parts of an expression: SQL text, and between two texts the column that stands there. */
export function splitExpression(sql: string): {
  readonly texts: readonly string[];
  readonly columns: readonly string[];
} {
  const parts = sql.split(/\{(\w+)\}/);
  return {
    texts: parts.filter((_, index) => index % 2 === 0),
    columns: parts.filter((_, index) => index % 2 === 1),
  };
}
