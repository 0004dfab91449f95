import {
  type CustomField,
  type CustomFieldType,
  decodeId,
  type Field,
  type FieldKind,
  ID_PREFIX,
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
  const fields = fieldsOf(scope);
  const field = fields.get(ref.fieldName);
  if (!field) {
    const names = [...fields.values()].filter(use.allows).map(({ name }) => name);
    const reason = `Field ${quote(ref.fieldName)} does not belong to type "${type.name}". ${listAllowed(ref.fieldName, names)}`;
    throw new QueryError('QUERY_UNKNOWN_FIELD', `${path}.field_name`, reason);
  }
  if (!use.allows(field)) {
    const names = [...fields.values()].filter(use.allows).map(({ name }) => name);
    const reason = `Field "${field.name}" of type "${type.name}" ${use.refusal}. ${listAllowed('', names)}`;
    throw new QueryError(use.code, `${path}.field_name`, reason);
  }
  return { ...field, isList: field.kind === 'text_list' };
}

/** The fields of the level's type, and `id`, which every object has although no catalog lists it. */
function fieldsOf({ type }: Scope): ReadonlyMap<string, Field> {
  const id: Field = {
    name: 'id',
    kind: 'id',
    source: { from: 'column', column: 'id' },
    searchable: true,
    sortable: false,
    writable: false,
    required: false,
  };
  return new Map([['id', id], ...Object.entries(type.fields)]);
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

function describeCustom(custom: CustomField, column: string): CheckedField {
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
