import type { FieldRef } from '../ast.ts';
import { parseSort } from '../sort.ts';
import { checkAt, type Level, refusal, type SortJson } from './context.ts';
import type { Cursor } from './cursor.ts';
import { resolveField } from './field-names.ts';
import { describeToken, type Token } from './tokens.ts';

/** Reads `sort:name` and `sort:-name` where they are next. @throws QueryError QUERY_NOT_SORTABLE, QUERY_UNKNOWN_FIELD */
export function readSorts(cursor: Cursor, level: Level): readonly SortJson[] {
  const sorts: SortJson[] = [];
  while (isSort(cursor)) sorts.push(readSort(cursor, level));
  return sorts;
}

function isSort(cursor: Cursor): boolean {
  const name = cursor.peek();
  return name.type === 'word' && name.text.toLowerCase() === 'sort' && cursor.peek(1).text === ':';
}

function readSort(cursor: Cursor, level: Level): SortJson {
  cursor.take();
  cursor.take();
  const value = cursor.take();
  if (value.type !== 'word' && value.type !== 'quoted') {
    throw cursor.refuse(
      `Found ${describeToken(value)} where the name of a field to sort by should stand.`,
      value,
    );
  }
  const isDescending = value.text.startsWith('-');
  const name: Token = { ...value, text: isDescending ? value.text.slice(1) : value.text };
  const { type, ref } = resolveField(level, name);
  if (type !== level.type) {
    const reason = `Objects can only be sorted by fields of their own, and this is a field of ${type.label.many}.`;
    throw refusal(level.source, value.start, 'QUERY_NOT_SORTABLE', reason);
  }
  const item: SortJson = { direction: isDescending ? 'desc' : 'asc', field: writeField(ref) };
  const { catalog, customFields } = level;
  checkAt(level.source, value.start, (path) =>
    parseSort([item], { catalog, customFields, objectType: type.name, path }),
  );
  return item;
}

function writeField(ref: FieldRef): SortJson['field'] {
  return ref.type === 'custom_field'
    ? { type: 'custom_field', custom_field_id: ref.customFieldId }
    : { type: 'regular_field', object_type: ref.objectType, field_name: ref.fieldName };
}
