import { Type } from '@sinclair/typebox';
import { type Catalog, CUSTOM_FIELD_TYPES, type CustomFieldType, findObjectType } from '@winnow/catalog';
import { nullable } from '../../wire/schemas.ts';

const MAX_NAME_CHARACTERS = 200;
const MAX_CHOICES = 1000;

/** Types whose values are plain data; the values of the others are ids of what the type is named after. */
const PLAIN: ReadonlySet<CustomFieldType> = new Set([
  'text',
  'textarea',
  'number',
  'date',
  'datetime',
  'choices',
  'hidden',
]);

/** The types that make sense with this catalog: one that is named like an object type needs that object type. */
export function customFieldTypes(catalog: Catalog): readonly CustomFieldType[] {
  return CUSTOM_FIELD_TYPES.filter(
    (type) => PLAIN.has(type) || type === 'user' || findObjectType(catalog, type) !== undefined,
  );
}

/** Whether fields of this type may hold several values (reference, section 6). */
export function mayHoldSeveral(type: CustomFieldType): boolean {
  return type === 'choices' || !PLAIN.has(type);
}

export function createSchema(catalog: Catalog) {
  return Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: MAX_NAME_CHARACTERS }),
      type: Type.Union(customFieldTypes(catalog).map((type) => Type.Literal(type))),
      choices: Type.Optional(
        Type.Array(Type.String({ minLength: 1, maxLength: MAX_NAME_CHARACTERS }), {
          maxItems: MAX_CHOICES,
          description: 'The allowed values, for the type `choices`.',
        }),
      ),
      accepts_multiple_values: Type.Optional(Type.Boolean({ default: false })),
    },
    {
      additionalProperties: true,
      examples: [{ name: 'Source', type: 'choices', choices: ['Trade show', 'Referral'] }],
    },
  );
}

export const CustomFieldSchema = Type.Object(
  {
    id: Type.String({ examples: ['cf_0351xg1euRxkKaxaiJxEHV'] }),
    organization_id: Type.String(),
    name: Type.String(),
    type: Type.String(),
    choices: Type.Optional(Type.Array(Type.String())),
    accepts_multiple_values: Type.Boolean(),
    created_by: nullable(Type.String()),
    updated_by: nullable(Type.String()),
    date_created: Type.String(),
    date_updated: Type.String(),
  },
  { additionalProperties: true },
);
