import {
  type Catalog,
  type Embed,
  findObjectType,
  ID_PREFIX,
  type ObjectType,
  objectTypeOf,
} from '@winnow/catalog';

/** Where all routes of the API lie. */
export const API_PREFIX = '/api/v1';

/** Keys of custom fields in an object: `custom.cf_…`. */
export const CUSTOM_PREFIX = 'custom.';

/**
 * Objects that have routes of their own show their id and organization. The others are parts of their parent, which
 * is the only way to them.
 */
export function hasRoutes(type: ObjectType): type is ObjectType & { readonly path: string } {
  return type.path !== undefined;
}

/** The embedded arrays whose members' ids are also shown by themselves, as Close shows `contact_ids`. */
export function idListName(catalog: Catalog, embed: Embed): string | undefined {
  const child = objectTypeOf(catalog, embed.objectType);
  return embed.writable && hasRoutes(child) ? `${child.name}_ids` : undefined;
}

/**
 * `_type` of an object whose table holds several types: the type's value as Close writes it, `Note`, `SMS`,
 * `CustomActivity`. A label that is the value itself knows its capitals better.
 */
export function wireTypeName({ label, typeValue }: ObjectType): string | undefined {
  if (typeValue === undefined) return undefined;
  const words = label.one.toLowerCase() === typeValue ? label.one : typeValue;
  return words
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

/** Whether a reference points at a user of the organization, who is no object of the catalog. */
export function isUserTarget(catalog: Catalog, target: string): boolean {
  return target === 'user' && findObjectType(catalog, target) === undefined;
}

/** Prefix of the ids that a reference holds. @throws when the catalog names a target that does not exist. */
export function prefixOfTarget(catalog: Catalog, target: string): string {
  return isUserTarget(catalog, target) ? ID_PREFIX.user : objectTypeOf(catalog, target).idPrefix;
}

/** What a reference points at, for people: `lead`, `user`. */
export function labelOfTarget(catalog: Catalog, target: string): string {
  return isUserTarget(catalog, target) ? 'user' : objectTypeOf(catalog, target).label.one;
}
