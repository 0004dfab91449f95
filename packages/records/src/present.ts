import { encodeId, type Field, ID_PREFIX } from '@winnow/catalog';
import type { JsonObject, JsonValue } from '@winnow/db';
import { customFieldOf, type RecordContext } from './context.ts';
import {
  API_PREFIX,
  CUSTOM_PREFIX,
  hasRoutes,
  idListName,
  prefixOfTarget,
  wireTypeName,
} from './conventions.ts';
import { presentCustomValue } from './custom-values.ts';
import type { ObjectTree } from './load.ts';
import { presentStamp } from './moment.ts';
import { type PickedFields, pickFields } from './picked-fields.ts';

/** An object for the wire (reference, section 6), with only the picked fields. */
export function presentObject(context: RecordContext, tree: ObjectTree, picked: PickedFields): JsonObject {
  return pickFields(presentTree(context, tree), picked);
}

function presentTree(context: RecordContext, tree: ObjectTree): JsonObject {
  const { objectType, values } = tree.row;
  return {
    ...presentIdentity(context, tree),
    ...Object.fromEntries(
      Object.values(objectType.fields)
        .filter(({ name }) => Object.hasOwn(values, name))
        .map((field) => [field.name, presentValue(context, field, values[field.name])]),
    ),
    ...presentParts(context, tree),
    ...presentCustom(context, tree),
  };
}

function presentIdentity({ catalog, tenantId, publicUrl }: RecordContext, { row }: ObjectTree): JsonObject {
  const { objectType } = row;
  if (!hasRoutes(objectType)) return {};
  const id = encodeId(objectType.idPrefix, row.id);
  const typeName = wireTypeName(objectType);
  return {
    id,
    organization_id: encodeId(ID_PREFIX.organization, tenantId),
    ...(typeName === undefined ? {} : { _type: typeName }),
    ...(objectType.name === catalog.rootObjectType
      ? { html_url: `${publicUrl}${API_PREFIX}/${objectType.path}/${id}/` }
      : {}),
  };
}

function presentParts(context: RecordContext, { row, parts }: ObjectTree): JsonObject {
  const shown: Record<string, JsonValue> = {};
  for (const embed of row.objectType.embeds) {
    const children = Object.hasOwn(parts, embed.name) ? parts[embed.name] : undefined;
    if (!children) continue;
    const ids = idListName(context.catalog, embed);
    if (ids !== undefined) {
      shown[ids] = children.map((child) => encodeId(child.row.objectType.idPrefix, child.row.id));
    }
    shown[embed.name] = children.map((child) => presentTree(context, child));
  }
  return shown;
}

/** Only fields that have a value, as Close does; a value whose field is gone has no name any more. */
function presentCustom(context: RecordContext, { row }: ObjectTree): JsonObject {
  return Object.fromEntries(
    Object.entries(row.custom).flatMap(([id, stored]) => {
      const field = customFieldOf(context, row.objectType, id);
      if (!field) return [];
      const name = `${CUSTOM_PREFIX}${encodeId(ID_PREFIX.customField, id)}`;
      return [[name, presentCustomValue(context.catalog, field, stored)]];
    }),
  );
}

function presentValue({ catalog }: RecordContext, field: Field, value: unknown): JsonValue {
  if (value === null || value === undefined) return field.kind === 'text_list' ? [] : null;
  switch (field.kind) {
    case 'moment':
      return presentStamp(value);
    case 'reference':
      return encodeId(prefixOfTarget(catalog, field.target ?? field.name), String(value));
    // node-postgres gives `numeric` as text, for its digits; JSON has doubles anyway.
    case 'integer':
    case 'number':
      return Number(value);
    default:
      // Texts, booleans, lists of texts, and what came out of `jsonb`.
      return value as JsonValue;
  }
}
