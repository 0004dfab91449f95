import type { Catalog } from '@winnow/catalog';
import type { SchemaInspection } from '@winnow/db';

/** Columns of the archive that tell where a row came from. */
export const ARCHIVE_COLUMNS: readonly string[] = ['bulk_delete_id', 'page_no', 'date_archived'];

/**
 * Where the archive could not hold rows as they are: a table or a column of it is missing, has another type, or
 * refuses nulls that may come.
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
  { archiveColumns, archiveRequired, archiveTypes, required, types }: SchemaInspection,
  table: string,
  live: readonly string[],
): readonly string[] {
  const archived = archiveColumns[table];
  if (!archived) return [`Table ${archiveSchema}.${table} is missing: its rows could not be archived.`];
  const mayBeEmpty = (archiveRequired[table] ?? []).filter(
    (column) => !ARCHIVE_COLUMNS.includes(column) && !required[table]?.includes(column),
  );
  const refusals = mayBeEmpty.map(
    (column) =>
      `Column ${archiveSchema}.${table}.${column} may not be empty, and that of ${schema}.${table} may, or is gone: ` +
      'its rows could not be archived.',
  );
  const differences = live.flatMap((column) => {
    const name = `Column ${archiveSchema}.${table}.${column}`;
    if (!archived.includes(column)) return [`${name} is missing: its values could not be archived.`];
    const [type, archiveType] = [types[table]?.[column], archiveTypes[table]?.[column]];
    return type === archiveType
      ? []
      : [
          `${name} is ${archiveType} and ${schema}.${table}.${column} is ${type}: its values could not be archived as they are.`,
        ];
  });
  return [...differences, ...refusals];
}
