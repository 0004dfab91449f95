import type { Catalog } from '@winnow/catalog';

/** Words of the language itself, which requests and SQL may share. */
const KEYWORDS = [
  ...[
    'text',
    'boolean',
    'exists',
    'date',
    'null',
    'true',
    'false',
    'value',
    'name',
    'type',
    'case',
    'when',
    'then',
  ],
  ...['from', 'where', 'select', 'numeric', 'array', 'number', 'string'],
];

/** Every name of the catalog that a request may name, and that SQL may hold: tables, columns, types, fields, choices. */
export function catalogNames(catalog: Catalog): ReadonlySet<string> {
  const types = Object.values(catalog.objectTypes);
  const tables = Object.values(catalog.tables);
  return new Set([
    ...KEYWORDS,
    ...tables.flatMap(({ name, tenantColumn, customColumn, relations }) => [
      ...[name, tenantColumn, customColumn ?? name],
      ...relations.map(({ column }) => column),
    ]),
    ...types.flatMap(({ name, aliases, table, typeValue }) => [name, ...aliases, table, typeValue ?? name]),
    ...types.flatMap(({ fields }) =>
      Object.values(fields).flatMap(({ name, source, values = [] }) => [
        name,
        ...values,
        ...(source.from === 'column' || source.from === 'lookup' ? [source.column] : []),
      ]),
    ),
  ]);
}

/** Every text in some JSON: keys and values. */
export function textsIn(json: unknown): readonly string[] {
  const texts = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node === 'string') texts.add(node);
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (!Array.isArray(node)) texts.add(key);
      visit(value);
    }
  };
  visit(json);
  return [...texts];
}
