import type { Catalog } from '@winnow/catalog';
import type { SchemaInspection } from '@winnow/db';

/**
 * Where the archive could not hold rows as they are: a table or a column of it is missing, or has another type.
 * @param tables only these; without them all tables of the catalog.
 * @returns a sentence each.
 */
export function findArchiveProblems(
  catalog: Catalog,
  inspection: SchemaInspection,
  tables?: ReadonlySet<string>,
): readonly string[] {
  const links = `${catalog.archiveSchema}.detached_link`;
  return [
    ...Object.entries(inspection.columns)
      .filter(([table]) => tables?.has(table) ?? true)
      .flatMap(([table, live]) => problemsOf(catalog, inspection, table, live)),
    ...(inspection.hasDetachedLinks ? [] : [`Table ${links} is missing: cut links could not be archived.`]),
  ];
}

function problemsOf(
  { archiveSchema, schema }: Catalog,
  { archiveColumns, archiveTypes, types }: SchemaInspection,
  table: string,
  live: readonly string[],
): readonly string[] {
  const archived = archiveColumns[table];
  if (!archived) return [`Table ${archiveSchema}.${table} is missing: its rows could not be archived.`];
  return live.flatMap((column) => {
    const name = `Column ${archiveSchema}.${table}.${column}`;
    if (!archived.includes(column)) return [`${name} is missing: its values could not be archived.`];
    const [type, archiveType] = [types[table]?.[column], archiveTypes[table]?.[column]];
    return type === archiveType
      ? []
      : [
          `${name} is ${archiveType} and ${schema}.${table}.${column} is ${type}: its values could not be archived as they are.`,
        ];
  });
}
