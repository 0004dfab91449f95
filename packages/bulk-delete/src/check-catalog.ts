import type { Catalog } from '@winnow/catalog';
import { type Db, inspectSchema, type SchemaInspection } from '@winnow/db';
import { findArchiveProblems } from './archive/mirror.ts';
import { isCovered } from './execution-plan.ts';

/** What the start-up check found. */
export interface CatalogReport {
  /** One sentence each, naming the table and the column. Empty when all is well. */
  readonly problems: readonly string[];
  /** Whether pages may run without row-by-row foreign-key checks; otherwise they run correctly, but slower. */
  readonly fastPath: boolean;
}

/**
 * Compares the catalog with the database it is to work on: missing tables, archive columns and partitions, columns
 * whose type differs in the archive, indexes of foreign keys, foreign keys that the catalog does not cover, and triggers.
 */
export async function checkCatalog(db: Db, catalog: Catalog): Promise<CatalogReport> {
  const inspection = await inspectSchema(db, catalog);
  const blockers = [
    ...uncoveredForeignKeys(catalog, inspection),
    ...triggers(inspection),
    ...missingRight(inspection),
  ];
  return {
    problems: [
      ...missingTables(catalog, inspection),
      ...findArchiveProblems(catalog, inspection),
      ...missingPartitions(catalog, inspection),
      ...missingIndexes(inspection),
      ...blockers,
    ],
    fastPath: blockers.length === 0,
  };
}

function missingTables(catalog: Catalog, { oids }: SchemaInspection): readonly string[] {
  return Object.keys(catalog.tables)
    .filter((name) => oids[name] === undefined)
    .map((name) => `Table ${catalog.schema}.${name} is in the catalog but not in the database.`);
}

function missingPartitions(catalog: Catalog, { unpartitioned }: SchemaInspection): readonly string[] {
  return unpartitioned.map(
    (table) =>
      `Table ${catalog.archiveSchema}.${table} has no partition for this week: what is archived lies in its default ` +
      'partition until a worker has made one.',
  );
}

function missingIndexes({ foreignKeys }: SchemaInspection): readonly string[] {
  return foreignKeys
    .filter(({ isIndexed }) => !isIndexed)
    .map(
      ({ name, table, column }) =>
        `Foreign key ${name} has no index that begins with ${table}.${column}: every page would read the whole table.`,
    );
}

function uncoveredForeignKeys(catalog: Catalog, { foreignKeys }: SchemaInspection): readonly string[] {
  return foreignKeys
    .filter((key) => !isCovered(catalog, key))
    .map(
      ({ name, table, column, references }) =>
        `Foreign key ${name} (${table}.${column} -> ${references}) is not in the catalog: rows that it holds cannot be ` +
        'deleted, and pages that touch its table check foreign keys row by row.',
    );
}

function triggers({ tablesWithTriggers }: SchemaInspection): readonly string[] {
  return tablesWithTriggers.map(
    (table) =>
      `Table ${table} has triggers: pages that touch it run the slower way, so that none is skipped.`,
  );
}

function missingRight({ mayTurnOffTriggers }: SchemaInspection): readonly string[] {
  if (mayTurnOffTriggers) return [];
  return [
    'This database role may not set session_replication_role: every page checks foreign keys row by row. ' +
      'GRANT SET ON PARAMETER session_replication_role TO the role makes pages much faster.',
  ];
}
