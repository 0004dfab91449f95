import {
  type Catalog,
  type CustomField,
  decodeId,
  type Embed,
  type Field,
  ID_PREFIX,
  type ObjectType,
  objectTypeOf,
  tableOf,
} from '@winnow/catalog';

const CUSTOM = 'custom.';

/** What a path of the command line names. */
export type ResolvedPath = {
  /** The embedded arrays on the way, outermost first. */
  readonly embeds: readonly Embed[];
  readonly objectType: ObjectType;
} & (
  | { readonly kind: 'field'; readonly field: Field; readonly column: string }
  | { readonly kind: 'custom'; readonly owner: string; readonly name: string }
);

/**
 * Finds what `name`, `emails.email` or `custom.Sector` names, seen from an object type.
 * @returns a sentence when it is nothing that an import can fill.
 */
export function resolvePath(catalog: Catalog, root: ObjectType, path: string): ResolvedPath | string {
  const embeds: Embed[] = [];
  let objectType = root;
  let rest = path;
  for (;;) {
    if (rest.startsWith(CUSTOM)) return resolveCustom(catalog, objectType, embeds, rest);
    const dot = rest.indexOf('.');
    const embed = objectType.embeds.find(({ name, writable }) => writable && name === rest.slice(0, dot));
    if (dot < 0 || !embed) break;
    embeds.push(embed);
    objectType = objectTypeOf(catalog, embed.objectType);
    rest = rest.slice(dot + 1);
  }
  const field = Object.hasOwn(objectType.fields, rest) ? objectType.fields[rest] : undefined;
  if (!field) return `there is no field ${path}; ${objectType.label.one} has ${listFields(objectType)}`;
  // The history of a record is older than its import: moments that the server keeps otherwise may be given.
  if (field.source.from !== 'column' || !(field.writable || field.kind === 'moment'))
    return `${path} cannot be written; ${objectType.label.one} has ${listFields(objectType)}`;
  return { kind: 'field', embeds, objectType, field, column: field.source.column };
}

function resolveCustom(
  catalog: Catalog,
  objectType: ObjectType,
  embeds: readonly Embed[],
  rest: string,
): ResolvedPath | string {
  const owner = objectType.customFieldOwner;
  if (owner === undefined || tableOf(catalog, objectType.table).customColumn === undefined)
    return `${objectType.label.many} have no custom fields`;
  return { kind: 'custom', embeds, objectType, owner, name: rest.slice(CUSTOM.length) };
}

/**
 * The custom field that a name or `cf_…` id means; case counts only where two names differ in nothing else.
 */
export function findCustomField(
  fields: Iterable<CustomField>,
  owner: string,
  name: string,
): CustomField | undefined {
  const ofOwner = [...fields].filter((field) => field.owner === owner);
  const id = decodeId(ID_PREFIX.customField, name);
  const exact = ofOwner.find((field) => field.id === id || field.name === name);
  if (exact) return exact;
  const alike = ofOwner.filter((field) => field.name.toLowerCase() === name.toLowerCase());
  return alike.length === 1 ? alike[0] : undefined;
}

function listFields(objectType: ObjectType): string {
  const names = Object.values(objectType.fields)
    .filter(({ source, writable }) => source.from === 'column' && writable)
    .map(({ name }) => name);
  const embeds = objectType.embeds.filter(({ writable }) => writable).map(({ name }) => `${name}.…`);
  const custom = objectType.customFieldOwner === undefined ? [] : [`${CUSTOM}…`];
  return [...names, ...embeds, ...custom].join(', ');
}
