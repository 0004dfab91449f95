import { type TProperties, type TSchema, Type } from '@sinclair/typebox';
import {
  type Catalog,
  type Embed,
  type Field,
  isComputed,
  type ObjectType,
  objectTypeOf,
  tableOf,
} from '@winnow/catalog';
import {
  CUSTOM_PREFIX,
  hasRoutes,
  idListName,
  labelOfTarget,
  prefixOfTarget,
  wireTypeName,
} from '@winnow/records';
import type { ApiInstance } from '../../app-types.ts';
import { defineSchema, nullable, refTo } from '../../wire/schemas.ts';

const BODY_MODES = ['create', 'patch'] as const;
type BodyMode = (typeof BODY_MODES)[number];

const CUSTOM_KEYS = { patternProperties: { '^custom\\.': {} } } as const;

function bodySchema(catalog: Catalog, type: ObjectType, mode: BodyMode): TSchema {
  const properties: TProperties = {};
  for (const field of Object.values(type.fields).filter(({ writable }) => writable)) {
    const schema = field.required ? valueSchema(catalog, field) : nullable(valueSchema(catalog, field));
    properties[field.name] = field.required && mode === 'create' ? schema : Type.Optional(schema);
  }
  for (const embed of type.embeds.filter((candidate) => isWrittenBy(catalog, candidate, mode))) {
    const child = objectTypeOf(catalog, embed.objectType);
    properties[embed.name] = Type.Optional(nullable(Type.Array(partSchema(catalog, child, embed))));
  }
  return Type.Object(properties, { ...customKeys(catalog, type), additionalProperties: true });
}

/** Adds the schemas of every object type to the OpenAPI document. */
export function defineObjectSchemas(app: ApiInstance, catalog: Catalog): void {
  for (const type of Object.values(catalog.objectTypes)) {
    defineSchema(app, type.name, answerSchema(catalog, type));
    if (!hasRoutes(type)) continue;
    for (const mode of BODY_MODES) defineSchema(app, bodyName(type, mode), bodySchema(catalog, type, mode));
  }
}

/** The body of POST (`create`) or PUT (`patch`), by reference. The handler checks it itself. */
export function bodyOf(type: ObjectType, mode: BodyMode): TSchema {
  return refTo(bodyName(type, mode));
}

function bodyName(type: ObjectType, mode: BodyMode): string {
  return `${type.name}.${mode}`;
}

/** An object of this type as it is answered, by reference. `_fields` leaves only a part of it. */
export function answerOf(type: ObjectType): TSchema {
  return refTo(type.name);
}

function answerSchema(catalog: Catalog, type: ObjectType): TSchema {
  const properties: TProperties = {};
  if (hasRoutes(type)) {
    properties.id = Type.String({ examples: [`${type.idPrefix}_0351xg1euRxkKaxaiJxEHV`] });
    properties.organization_id = Type.String();
    const typeName = wireTypeName(type);
    if (typeName !== undefined) properties._type = Type.Literal(typeName);
    if (type.name === catalog.rootObjectType) properties.html_url = Type.String();
  }
  for (const field of Object.values(type.fields)) {
    const schema = field.required ? valueSchema(catalog, field) : nullable(valueSchema(catalog, field));
    properties[field.name] = isComputed(field) ? Type.Optional(schema) : schema;
  }
  for (const embed of type.embeds) {
    const ids = idListName(catalog, embed);
    if (ids !== undefined) properties[ids] = Type.Array(Type.String());
    properties[embed.name] = Type.Array(answerOf(objectTypeOf(catalog, embed.objectType)));
  }
  return Type.Object(properties, {
    title: type.label.one,
    ...customKeys(catalog, type),
    additionalProperties: true,
  });
}

function isWrittenBy(catalog: Catalog, embed: Embed, mode: BodyMode): boolean {
  return embed.writable && (mode === 'create' || !hasRoutes(objectTypeOf(catalog, embed.objectType)));
}

/** A part names no parent: it stands inside of it. */
function partSchema(catalog: Catalog, child: ObjectType, embed: Embed): TSchema {
  const fields = Object.fromEntries(
    Object.entries(child.fields).filter(
      ([, { source }]) => source.from !== 'column' || source.column !== embed.column,
    ),
  );
  return bodySchema(catalog, { ...child, fields }, 'create');
}

function customKeys(catalog: Catalog, type: ObjectType): object {
  return tableOf(catalog, type.table).customColumn === undefined
    ? {}
    : { ...CUSTOM_KEYS, description: `Custom fields are keys of their own: "${CUSTOM_PREFIX}cf_…".` };
}

function valueSchema(catalog: Catalog, field: Field): TSchema {
  switch (field.kind) {
    case 'integer':
      return Type.Integer();
    case 'number':
      return Type.Number();
    case 'boolean':
      return Type.Boolean();
    case 'date':
      return Type.String({ format: 'date', examples: ['2026-01-31'] });
    case 'moment':
      return Type.String({ format: 'date-time', examples: ['2026-01-31T09:30:00.000000+00:00'] });
    case 'choice':
      return Type.Union((field.values ?? []).map((value) => Type.Literal(value)));
    case 'text_list':
      return Type.Array(Type.String());
    case 'reference': {
      const target = field.target ?? field.name;
      return Type.String({
        description: `Id of a ${labelOfTarget(catalog, target)}.`,
        examples: [`${prefixOfTarget(catalog, target)}_0351xg1euRxkKaxaiJxEHV`],
      });
    }
    case 'json':
      return Type.Unknown();
    default:
      return Type.String();
  }
}
