import { encodeId, findObjectType, ID_PREFIX, type ObjectType, tableOf } from '@winnow/catalog';
import { listAllowed, quote } from '@winnow/query';
import { CUSTOM_PREFIX, hasRoutes, idListName, type PickedFields, wireTypeName } from '@winnow/records';
import { invalid } from '../../refusal.ts';
import type { ObjectContext } from '../objects/context.ts';

/** More sentences than this help nobody, and each lists the names that there are. */
const MAX_FIELD_ERRORS = 20;

/** All custom fields that have a value. */
const ALL_CUSTOM = 'custom';

/**
 * Reads `_fields`, lists of names by object type: fields, arrays of parts, `custom.cf_…`, and `custom` for all of
 * these. An unknown name is refused, unlike on lists: who misspells one would take it for a field without a value.
 * @returns by canonical name of the object type.
 * @throws Refusal 400 that names each unknown name.
 */
export function readPickedByType(
  context: ObjectContext,
  fields: Readonly<Record<string, readonly string[]>>,
): ReadonlyMap<string, PickedFields> {
  const fieldErrors: Record<string, string> = {};
  const picked = new Map<string, PickedFields>();
  for (const [typeName, names] of Object.entries(fields)) {
    if (Object.keys(fieldErrors).length >= MAX_FIELD_ERRORS) break;
    const path = `_fields.${typeName.slice(0, 100)}`;
    const type = findObjectType(context.catalog, typeName);
    if (!type) {
      const types = Object.keys(context.catalog.objectTypes);
      fieldErrors[path] = `There is no object type ${quote(typeName)}. ${listAllowed(typeName, types)}`;
      continue;
    }
    const known = knownNames(context, type);
    const custom = customNames(context, type);
    const unknown = [...names.entries()].filter(([, name]) => !known.has(name) && !custom.has(name));
    for (const [index, name] of unknown.slice(0, MAX_FIELD_ERRORS)) {
      fieldErrors[`${path}[${index}]`] =
        `Objects of type "${type.name}" have no field ${quote(name)}. ${listAllowed(name, [...known])}`;
    }
    picked.set(type.name, {
      names: new Set(names.flatMap((name) => (name === ALL_CUSTOM ? [...custom] : name))),
    });
  }
  if (Object.keys(fieldErrors).length > 0) throw invalid(fieldErrors);
  return picked;
}

function knownNames({ catalog }: ObjectContext, type: ObjectType): ReadonlySet<string> {
  const identity = hasRoutes(type) ? ['organization_id'] : [];
  if (hasRoutes(type) && wireTypeName(type) !== undefined) identity.push('_type');
  if (type.name === catalog.rootObjectType) identity.push('html_url');
  return new Set([
    'id',
    ...identity,
    ...Object.values(type.fields).map(({ name }) => name),
    ...type.embeds.flatMap((embed) => [embed.name, ...[idListName(catalog, embed) ?? []].flat()]),
    ...(tableOf(catalog, type.table).customColumn === undefined ? [] : [ALL_CUSTOM]),
  ]);
}

function customNames({ customFields }: ObjectContext, type: ObjectType): ReadonlySet<string> {
  const own = [...customFields.values()].filter(({ owner }) => owner === type.customFieldOwner);
  return new Set(own.map(({ id }) => `${CUSTOM_PREFIX}${encodeId(ID_PREFIX.customField, id)}`));
}
