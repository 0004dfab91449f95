import { encodeId, findObjectType, ID_PREFIX, type ObjectType } from '@winnow/catalog';
import type { FieldRef } from '@winnow/query';
import type { Oracle } from '../oracle/evaluate.ts';
import { isReadable, readField } from '../oracle/fields.ts';
import type { AskedField } from './condition-queries.ts';
import type { AskedWorld } from './world-arbitrary.ts';

type Json = Readonly<Record<string, unknown>>;

/** A field as queries write it. */
export interface NamedField extends AskedField {
  readonly json: Json;
  readonly isSortable: boolean;
}

/** Kinds whose order the oracle knows; that of texts is the collation's. */
const ORDERED = ['integer', 'number', 'date', 'moment', 'boolean'];
const MOST_SAMPLES = 40;

/** Every field of an object type that can be searched and whose value the oracle can tell, custom ones too. */
export function namedFieldsOf(
  type: ObjectType,
  { world }: AskedWorld,
  oracle: Oracle,
): readonly NamedField[] {
  const describe = (ref: FieldRef, json: Json, rest: Partial<NamedField>): NamedField => {
    const field = readField(ref, type, world, oracle.records);
    const samples = oracle
      .rowsOf(type.name)
      .flatMap((row) => field.read(row))
      .filter((value) => value !== null && value !== undefined)
      .slice(0, MOST_SAMPLES);
    return {
      ...{ json, kind: field.kind, idPrefix: field.idPrefix, samples, choices: [], referenceTypes: [] },
      ...{ isSortable: false, ...rest },
    };
  };
  const regular = (fieldName: string, rest: Partial<NamedField>) =>
    describe(
      { type: 'regular_field', objectType: type.name, fieldName },
      { type: 'regular_field', object_type: type.name, field_name: fieldName },
      rest,
    );
  const own = Object.values(type.fields)
    .filter((field) => field.searchable && isReadable(field, type))
    .map((field) =>
      regular(field.name, {
        choices: [...(field.values ?? []), ...Object.keys(field.valueAliases ?? {})],
        referenceTypes: field.referenceTypes ?? [],
        isSortable: field.sortable && ORDERED.includes(field.kind),
      }),
    );
  const aliases = Object.keys(type.fieldAliases ?? {}).flatMap((alias) => {
    const field = type.fields[type.fieldAliases?.[alias] ?? alias];
    const isAsked = field?.searchable && isReadable(field, type) && field.kind !== 'choice';
    return isAsked ? [regular(alias, { referenceTypes: field.referenceTypes ?? [] })] : [];
  });
  const custom = [...world.customFields.values()]
    .filter(({ owner }) => owner === type.customFieldOwner)
    .map((field) => {
      const customFieldId = encodeId(ID_PREFIX.customField, field.id);
      const described = describe(
        { type: 'custom_field', customFieldId },
        { type: 'custom_field', custom_field_id: customFieldId },
        { choices: field.choices, referenceTypes: customReferenceTypes(field.type, world.catalog) },
      );
      return { ...described, isSortable: !field.acceptsMultipleValues && ORDERED.includes(described.kind) };
    });
  return [regular('id', {}), ...own, ...aliases, ...custom];
}

function customReferenceTypes(type: string, catalog: AskedWorld['world']['catalog']): readonly string[] {
  if (type === 'user') return ['user', 'user_or_group'];
  return findObjectType(catalog, type) ? [type] : [];
}
