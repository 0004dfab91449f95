import {
  type CustomField,
  type CustomFieldType,
  decodeId,
  type Field,
  type FieldKind,
  ID_PREFIX,
  type ObjectType,
  tableOf,
} from '@winnow/catalog';
import type { FieldRef } from '../ast.ts';
import type { CheckedField } from '../checked.ts';
import { QueryError } from '../errors.ts';
import { listAllowed, quote } from '../wording.ts';
import { resolveObjectType, type Scope } from './scope.ts';

/** What a field is wanted for: which of the catalog's flags counts. */
export interface FieldUse {
  readonly allows: (field: Field) => boolean;
  readonly code: 'QUERY_NOT_SEARCHABLE' | 'QUERY_NOT_SORTABLE';
  readonly refusal: string;
}

export const SEARCH: FieldUse = {
  allows: (field) => field.searchable,
  code: 'QUERY_NOT_SEARCHABLE',
  refusal: 'cannot be searched',
};

/** Custom field types that hold plain values. The others name what they point at: an actor or an object type. */
const CUSTOM_KINDS: Readonly<Partial<Record<CustomFieldType, FieldKind>>> = {
  text: 'text',
  textarea: 'text',
  hidden: 'text',
  choices: 'choice',
  number: 'number',
  date: 'date',
  datetime: 'moment',
};

/** The field that a query names, at this level. @throws QueryError */
export function checkField(ref: FieldRef, scope: Scope, path: string, use: FieldUse = SEARCH): CheckedField {
  return ref.type === 'regular_field' ? checkRegular(ref, scope, path, use) : checkCustom(ref, scope, path);
}

function checkRegular(
  ref: FieldRef & { readonly type: 'regular_field' },
  scope: Scope,
  path: string,
  use: FieldUse,
): CheckedField {
  const { type } = scope;
  const named = resolveObjectType(scope, ref.objectType, `${path}.object_type`);
  if (named !== type) {
    const reason =
      `Field ${quote(ref.fieldName)} of type "${named.name}" does not belong to type "${type.name}", which is ` +
      `filtered here. For fields of related objects use has_related.`;
    throw new QueryError('QUERY_OBJECT_TYPE_CONFLICT', `${path}.object_type`, reason);
  }
  const field = findField(type, ref.fieldName);
  if (!field) {
    const reason = `Field ${quote(ref.fieldName)} does not belong to type "${type.name}". ${listAllowed(ref.fieldName, namesOf(type, use))}`;
    throw new QueryError('QUERY_UNKNOWN_FIELD', `${path}.field_name`, reason);
  }
  if (!use.allows(field)) {
    const reason = `Field "${field.name}" of type "${type.name}" ${use.refusal}. ${listAllowed('', namesOf(type, use))}`;
    throw new QueryError(use.code, `${path}.field_name`, reason);
  }
  return checkedRegular(field);
}

/** A field of the catalog as conditions take it. */
export function checkedRegular(field: Field): CheckedField {
  return { ...field, isList: field.kind === 'text_list' };
}

/** Every object has an id, although no catalog lists it. */
const ID: Field = {
  name: 'id',
  kind: 'id',
  source: { from: 'column', column: 'id' },
  searchable: true,
  sortable: false,
  writable: false,
  required: false,
};

/** The field of this name or alias; names are a client's, and so are looked up as own properties only. */
function findField({ fields, fieldAliases = {} }: ObjectType, name: string): Field | undefined {
  if (Object.hasOwn(fields, name)) return fields[name];
  if (name === ID.name) return ID;
  return Object.hasOwn(fieldAliases, name) ? fields[fieldAliases[name] ?? ''] : undefined;
}

function namesOf({ fields }: ObjectType, use: FieldUse): readonly string[] {
  return [ID, ...Object.values(fields)].filter(use.allows).map(({ name }) => name);
}

function checkCustom(
  ref: FieldRef & { readonly type: 'custom_field' },
  scope: Scope,
  path: string,
): CheckedField {
  const uuid = decodeId(ID_PREFIX.customField, ref.customFieldId);
  const custom = uuid === undefined ? undefined : scope.customFields.get(uuid);
  const { customColumn } = tableOf(scope.catalog, scope.type.table);
  if (!custom || custom.owner !== scope.type.customFieldOwner || customColumn === undefined) {
    const reason = custom
      ? `Custom field ${quote(custom.name)} belongs to "${custom.owner}", not to type "${scope.type.name}", which is filtered here.`
      : `There is no custom field ${quote(ref.customFieldId)}.`;
    throw new QueryError('QUERY_UNKNOWN_CUSTOM_FIELD', `${path}.custom_field_id`, reason);
  }
  return describeCustom(custom, customColumn);
}

/** A custom field as conditions take it; `column` holds the table's custom values. */
export function describeCustom(custom: CustomField, column: string): CheckedField {
  const kind = CUSTOM_KINDS[custom.type] ?? 'reference';
  const target = custom.type;
  return {
    name: custom.name,
    kind,
    source: { from: 'custom', column, key: custom.id },
    isList: custom.acceptsMultipleValues,
    ...(kind === 'choice' && custom.choices.length > 0 && { values: custom.choices }),
    ...(kind === 'reference' && {
      target,
      referenceTypes: target === 'user' ? ['user', 'user_or_group'] : [target],
    }),
  };
}
