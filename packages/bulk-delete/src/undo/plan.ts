import { type Catalog, objectTypeOf, type PlanStep, planDeletion } from '@winnow/catalog';
import {
  type Db,
  hasArchivedRows,
  type RestoredColumn,
  type RestoringColumns,
  readRestoringColumns,
  type TableColumn,
  type Trx,
} from '@winnow/db';
import { ARCHIVE_COLUMNS } from '../archive/mirror.ts';
import { StalePlanError } from '../execution-plan.ts';

/** How the records of one bulk delete come back: in the order of the deletion against itself. */
export interface RestorationPlan {
  /** Parents first: whatever a row points at comes back before it. */
  readonly steps: readonly PlanStep[];
  readonly tables: ReadonlySet<string>;
  readonly columns: Readonly<Record<string, readonly RestoredColumn[]>>;
  /** Every table of the deletion plan, and what they looked like: a page goes on only while that is so. */
  readonly lookedAt: readonly string[];
  readonly fingerprint: string;
}

/** A table cannot be restored: said before the first row is. */
export class UnrestorableError extends Error {}

/**
 * Plans how to restore what a bulk delete took, against the tables as they are now. A column that was added since gets
 * its default; one that is gone would lose what the records held in it, and one of another type might change it.
 * @throws UnrestorableError that names the table or the column.
 */
export async function planRestoration(
  db: Db,
  catalog: Catalog,
  bulkDelete: { readonly id: string; readonly objectType: string },
): Promise<RestorationPlan> {
  const steps = [
    ...planDeletion(catalog, objectTypeOf(catalog, bulkDelete.objectType).table).steps,
  ].reverse();
  const tables = steps.map(({ table }) => table.name);
  const found = await readRestoringColumns(db, catalog, tables);
  const columns: Record<string, readonly RestoredColumn[]> = {};
  for (const table of tables) {
    const archive = found.archive[table];
    // Nothing was ever archived from it.
    if (archive === undefined) continue;
    await assertRestorable(db, catalog, { ...found, table, bulkDeleteId: bulkDelete.id });
    columns[table] = restoredColumns(found.live[table] ?? [], archive);
  }
  return {
    steps: steps.filter(({ table }) => (columns[table.name]?.length ?? 0) > 0),
    tables: new Set(Object.keys(columns)),
    columns,
    lookedAt: tables,
    fingerprint: JSON.stringify(found),
  };
}

async function assertRestorable(
  db: Db,
  catalog: Catalog,
  {
    live,
    archive,
    table,
    bulkDeleteId,
  }: RestoringColumns & { readonly table: string; readonly bulkDeleteId: string },
): Promise<void> {
  const present = live[table];
  if (present === undefined) {
    if (!(await hasArchivedRows(db, catalog, { bulkDeleteId, table }))) return;
    throw new UnrestorableError(`Table ${catalog.schema}.${table} is gone: its rows cannot be restored.`);
  }
  const types = new Map(present.map(({ name, type }) => [name, type]));
  for (const column of archive[table] ?? []) {
    const type = types.get(column.name);
    if (ARCHIVE_COLUMNS.includes(column.name) || type === column.type) continue;
    if (await hasArchivedRows(db, catalog, { bulkDeleteId, table, column })) {
      const name = `Column ${catalog.schema}.${table}.${column.name}`;
      throw new UnrestorableError(
        type === undefined
          ? `${name} is gone: what the records held in it cannot be restored.`
          : `${name} is ${type} now, and was ${column.type}: what the records held in it cannot be restored as it was.`,
      );
    }
  }
}

function restoredColumns(
  live: readonly TableColumn[],
  archive: readonly TableColumn[],
): readonly RestoredColumn[] {
  const archived = new Set(archive.map(({ name }) => name));
  return live
    .filter(({ name, generated }) => !generated && archived.has(name))
    .map((column) => ({
      name: column.name,
      // A mirror that got the column later has nothing in it for records that were archived before.
      whenAbsent: column.not_null ? column.default : null,
    }));
}

/** @throws StalePlanError when a table has changed since the plan was made. */
export async function checkRestorationPlan(trx: Trx, catalog: Catalog, plan: RestorationPlan): Promise<void> {
  if (JSON.stringify(await readRestoringColumns(trx, catalog, plan.lookedAt)) !== plan.fingerprint) {
    throw new StalePlanError('the schema has changed');
  }
}
