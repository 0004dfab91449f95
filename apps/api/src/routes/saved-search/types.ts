import { type Catalog, findObjectType, type ObjectType } from '@winnow/catalog';

/** What a saved search calls the objects that it is about (reference, section 6): `call`, as bulk actions do. */
export function typeNameOf({ bulkName, name }: ObjectType): string {
  return bulkName ?? name;
}

/** All of these names. */
export function typeNames(catalog: Catalog): readonly string[] {
  return Object.values(catalog.objectTypes).map(typeNameOf);
}

/** The object type that a saved search calls by this name; names of queries, `activity.call`, are understood too. */
export function typeCalled(catalog: Catalog, name: string): ObjectType | undefined {
  const types = Object.values(catalog.objectTypes);
  return types.find((type) => typeNameOf(type) === name) ?? findObjectType(catalog, name);
}
