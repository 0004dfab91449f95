import { CUSTOM_FIELD_TYPES, type CustomField, type CustomFieldType } from '@winnow/catalog';
import { createCustomField, type Trx } from '@winnow/db';
import { findCustomField } from './resolve-path.ts';
import type { ImportSpec } from './spec.ts';

export interface CustomFieldPlanner {
  readonly trx: Trx;
  readonly organizationId: string;
  readonly userId: string;
  readonly spec: ImportSpec;
  /** Grows by those that are created. */
  readonly fields: CustomField[];
  /** Names of those that were created. */
  readonly created: string[];
}

/**
 * The custom field that a path names; created when it is missing and may be.
 * @param custom.column the file's column, by which the type of a new field is given.
 * @returns a sentence when there is none and it may not or cannot be created.
 */
export async function planCustomField(
  planner: CustomFieldPlanner,
  custom: { readonly column: string | null; readonly owner: string; readonly name: string },
): Promise<CustomField | string> {
  const { spec, fields } = planner;
  const given = spec.type.get(custom.column ?? '');
  const known = findCustomField(fields, custom.owner, custom.name);
  if (known) {
    return given === undefined || given === known.type
      ? known
      : `the custom field "${known.name}" is of the type ${known.type}, not ${given}`;
  }
  if (!spec.createMissing)
    return `there is no custom field "${custom.name}" of ${custom.owner}; --create-missing would create it`;
  const type = CUSTOM_FIELD_TYPES.find((one) => one === (given ?? 'text'));
  if (type === undefined || type === 'choices')
    return `"${given}" is no type that can be created here: ${creatableTypes().join(', ')}`;
  return create(planner, { owner: custom.owner, name: custom.name, type });
}

async function create(
  planner: CustomFieldPlanner,
  wanted: { readonly owner: string; readonly name: string; readonly type: CustomFieldType },
): Promise<CustomField | string> {
  const row = await createCustomField(planner.trx, {
    ...wanted,
    organizationId: planner.organizationId,
    userId: planner.userId,
    choices: [],
    acceptsMultipleValues: false,
  });
  if (!row) return `the custom field "${wanted.name}" was made by somebody else at this moment; try again`;
  const field: CustomField = {
    ...wanted,
    id: row.id,
    choices: row.choices,
    acceptsMultipleValues: row.accepts_multiple_values,
  };
  planner.fields.push(field);
  planner.created.push(`custom field "${field.name}" (${field.type})`);
  return field;
}

/** Choices have to be known before the first row; the API makes such fields. */
function creatableTypes(): readonly string[] {
  return CUSTOM_FIELD_TYPES.filter((type) => type !== 'choices');
}
