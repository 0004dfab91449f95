import {
  type Catalog,
  type CustomFieldType,
  decodeId,
  type Field,
  type FieldKind,
  findObjectType,
  ID_PREFIX,
  type ObjectType,
  tableOf,
} from '@winnow/catalog';
import type { FieldRef } from '@winnow/query';
import { computedValue, isComputed } from './computed.ts';
import type { Records } from './records.ts';
import type { OracleRow, World } from './world.ts';

/** A field as conditions look at it. */
export interface ReadableField {
  readonly kind: FieldKind;
  /** Prefix of the ids that it holds, for fields that hold ids. */
  readonly idPrefix: string;
  /** Other spellings of a choice's values. */
  readonly valueAliases: Readonly<Record<string, string>>;
  /** What is stored: one value, a list, or null. */
  read(row: OracleRow): unknown;
}

const CUSTOM_KINDS: Readonly<Record<CustomFieldType, FieldKind>> = {
  text: 'text',
  textarea: 'text',
  hidden: 'text',
  choices: 'choice',
  number: 'number',
  date: 'date',
  datetime: 'moment',
  user: 'reference',
  contact: 'reference',
  custom_object: 'reference',
};

export function readField(ref: FieldRef, type: ObjectType, world: World, records: Records): ReadableField {
  if (ref.type === 'custom_field') return readCustom(ref.customFieldId, type, world);
  if (ref.fieldName === 'id')
    return { kind: 'id', idPrefix: type.idPrefix, valueAliases: {}, read: (row) => row.id };
  const field = type.fields[type.fieldAliases?.[ref.fieldName] ?? ref.fieldName];
  if (!field) throw new Error(`${type.name} has no field ${ref.fieldName}`);
  return {
    kind: field.kind,
    idPrefix: prefixOf(world.catalog, field.target ?? ''),
    valueAliases: field.valueAliases ?? {},
    read: (row) => readSource(field, type, row, records),
  };
}

/** Whether the oracle can tell the field's value. */
export function isReadable(field: Field, type: ObjectType): boolean {
  const { from } = field.source;
  return from === 'column' || from === 'lookup' || isComputed(field, type);
}

/** Fields whose texts a `text` node looks at. */
export function textFieldsOf(type: ObjectType, world: World, records: Records): readonly ReadableField[] {
  const own = Object.values(type.fields)
    .filter(({ kind, searchable, source }) => kind === 'text' && searchable && source.from === 'column')
    .map(({ name }) =>
      readField({ type: 'regular_field', objectType: type.name, fieldName: name }, type, world, records),
    );
  const custom = [...world.customFields.values()]
    .filter(({ owner }) => owner === type.customFieldOwner)
    .filter((field) => ['text', 'choice'].includes(CUSTOM_KINDS[field.type]))
    .map(({ id }) => readCustom(id, type, world));
  return [...own, ...custom];
}

function readCustom(id: string, type: ObjectType, world: World): ReadableField {
  const uuid = decodeId(ID_PREFIX.customField, id) ?? '';
  const custom = world.customFields.get(uuid);
  const column = tableOf(world.catalog, type.table).customColumn;
  if (!custom || column === undefined) throw new Error(`${type.name} has no custom field ${id}`);
  return {
    kind: CUSTOM_KINDS[custom.type],
    idPrefix: prefixOf(world.catalog, custom.type),
    valueAliases: {},
    read: (row) => Object.entries(row[column] ?? {}).find(([key]) => key === uuid)?.[1],
  };
}

function readSource(
  { name, source, ...field }: Field,
  type: ObjectType,
  row: OracleRow,
  records: Records,
): unknown {
  if (source.from === 'column') return row[source.column];
  if (source.from === 'lookup') return records.byId(source.table, row[source.via])?.[source.column];
  return computedValue({ name, source, ...field }, type, row, records);
}

function prefixOf(catalog: Catalog, target: string): string {
  return target === 'user' ? ID_PREFIX.user : (findObjectType(catalog, target)?.idPrefix ?? '');
}
