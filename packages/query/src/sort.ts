import type { FieldKind } from '@winnow/catalog';
import { checkField, type FieldUse } from './check/fields.ts';
import { type CheckContext, resolveObjectType, type Scope } from './check/scope.ts';
import type { CheckedField, SortItem } from './checked.ts';
import { QueryError } from './errors.ts';
import { QUERY_LIMITS } from './limits.ts';
import { parseField } from './parse/fields.ts';
import { assertWithin, startAt, stepInto } from './parse/place.ts';
import { Reader, wrongType } from './parse/reader.ts';

const SORT: FieldUse = {
  allows: (field) => field.sortable,
  code: 'QUERY_NOT_SORTABLE',
  refusal: 'cannot be sorted by',
};

/** Kinds of custom fields that have an order (reference, 2.7: not references). */
const SORTABLE_CUSTOM: ReadonlySet<FieldKind> = new Set(['text', 'choice', 'number', 'date', 'moment']);

/**
 * JSON of `sort` -> what objects are ordered by. Fields of the object itself or custom fields, each ascending or
 * descending, objects without a value last; ties are settled by id when it is compiled. Absent and null are `[]`.
 * @param context `objectType` is the type that the query is about; `path` is what the list is called in error paths.
 * @throws QueryError
 */
export function parseSort(
  json: unknown,
  context: CheckContext & { readonly objectType: string; readonly path?: string },
): readonly SortItem[] {
  const place = startAt(context.path ?? 'sort');
  if (json === undefined || json === null) return [];
  if (!Array.isArray(json)) throw wrongType('a list of {"direction": …, "field": …}', json, place);
  assertWithin(place, json.length, QUERY_LIMITS.sortItems, 'entries in "sort"');
  const type = resolveObjectType(context, context.objectType, place.path);
  const scope: Scope = {
    catalog: context.catalog,
    customFields: context.customFields,
    type,
    inside: [],
    usage: { nodes: 0 },
    isMixed: false,
  };
  return json.map((item: unknown, index) => {
    const reader = new Reader(item, stepInto(place, index), 'an entry of "sort"');
    const direction = reader.oneOf('direction', ['asc', 'desc']);
    const ref = parseField(reader.required('field'), reader.at('field'));
    reader.finish();
    const field = checkField(ref, scope, reader.at('field').path, SORT);
    assertHasOrder(field, reader.at('field').path);
    return { direction, field };
  });
}

function assertHasOrder(field: CheckedField, path: string): void {
  if (field.source.from !== 'custom' || (SORTABLE_CUSTOM.has(field.kind) && !field.isList)) return;
  const reason = `Custom field "${field.name}" cannot be sorted by: it points at something, or holds several values.`;
  throw new QueryError('QUERY_NOT_SORTABLE', path, reason);
}
