import type { Catalog, Field, ObjectType, Table } from './types.ts';

/** The object type of this name or alias, or undefined. */
export function findObjectType(catalog: Catalog, name: string): ObjectType | undefined {
  // `Object.hasOwn`: a request that names `constructor` must not find Object's.
  if (Object.hasOwn(catalog.objectTypes, name)) return catalog.objectTypes[name];
  return Object.values(catalog.objectTypes).find((type) => type.aliases.includes(name));
}

/** The object type of this name. Throws when the catalog has none: a programming error, never a client's. */
export function objectTypeOf(catalog: Catalog, name: string): ObjectType {
  const type = findObjectType(catalog, name);
  if (!type) throw new Error(`catalog ${catalog.name} has no object type ${name}`);
  return type;
}

/** The table of this name. Throws when the catalog has none: a programming error, never a client's. */
export function tableOf(catalog: Catalog, name: string): Table {
  const table = Object.hasOwn(catalog.tables, name) ? catalog.tables[name] : undefined;
  if (!table) throw new Error(`catalog ${catalog.name} has no table ${name}`);
  return table;
}

/** The object types stored in a table: one, or several told apart by the table's type column. */
export function objectTypesIn(catalog: Catalog, table: string): readonly ObjectType[] {
  return Object.values(catalog.objectTypes).filter((type) => type.table === table);
}

/** Whether a field is worked out from other rows, each time anew: it is shown only where it is asked for. */
export function isComputed({ source, onRequest }: Field): boolean {
  return source.from === 'aggregate' || source.from === 'first' || onRequest === true;
}
