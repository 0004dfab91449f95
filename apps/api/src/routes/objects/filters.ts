import { type TProperties, Type } from '@sinclair/typebox';
import { type Catalog, decodeId, type Field, type FieldKind, type ObjectType } from '@winnow/catalog';
import type { ColumnEquals } from '@winnow/db';
import { prefixOfTarget } from '@winnow/records';
import { invalid } from '../../refusal.ts';

/** Kinds for which "equal" is all that a filter has to mean. */
const FILTERED: ReadonlySet<FieldKind> = new Set(['reference', 'choice', 'boolean']);

/** An id that no record has: what matches nothing must be asked for, so that it is the database that says "none". */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** The fields by which a list of these types may be filtered: what all of them have, by name. */
export function filterFields(types: readonly ObjectType[]): readonly Field[] {
  const [first, ...rest] = types;
  return Object.values(first?.fields ?? {}).filter(
    ({ name, kind, source }) =>
      FILTERED.has(kind) &&
      source.from === 'column' &&
      rest.every((type) => JSON.stringify(type.fields[name]?.source) === JSON.stringify(source)),
  );
}

export function filterSchema(fields: readonly Field[]): TProperties {
  return Object.fromEntries(
    fields.map(({ name, values }) => [
      name,
      Type.Optional(
        Type.String({
          description: `Only objects with this ${name}.`,
          ...(values ? { examples: [values[0]] } : {}),
        }),
      ),
    ]),
  );
}

/**
 * The filters of a query string.
 * @throws Refusal 400 for a parameter that is none: a list that passed over a filter would show records that were
 *   not asked for, and somebody may be about to delete what it shows. Those that begin with `_` filter nothing.
 */
export function readFilters(
  catalog: Catalog,
  fields: readonly Field[],
  query: Readonly<Record<string, unknown>>,
): readonly ColumnEquals[] {
  return Object.entries(query).flatMap(([name, text]) => {
    const field = fields.find((candidate) => candidate.name === name);
    if (field?.source.from === 'column') {
      return [{ column: field.source.column, value: readFilterValue(catalog, field, String(text)) }];
    }
    if (name.startsWith('_')) return [];
    const known = fields.map((candidate) => candidate.name).join(', ');
    throw invalid({ [name]: `This list cannot be filtered by it. It can by: ${known || 'nothing'}.` });
  });
}

function readFilterValue(catalog: Catalog, field: Field, text: string): string | boolean {
  switch (field.kind) {
    case 'reference':
      return decodeId(prefixOfTarget(catalog, field.target ?? field.name), text) ?? NOBODY;
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw invalid({ [field.name]: 'Must be true or false.' });
      return text === 'true';
    default:
      if (!field.values?.includes(text)) {
        throw invalid({ [field.name]: `Must be one of: ${field.values?.join(', ')}.` });
      }
      return text;
  }
}
