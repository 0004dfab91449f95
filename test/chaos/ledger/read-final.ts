import { encodeId, ID_PREFIX } from '@winnow/catalog';
import type { BulkDeleteRow, BulkUndoRow, Db } from '@winnow/db';
import { sql } from 'kysely';
import { readRows } from '../../support/rows.ts';
import { COUNTED_TABLES, type CountedTable, digestOf } from './ledger.ts';

/** What an archived row has beside what was deleted. */
const OF_THE_ARCHIVE = ['bulk_delete_id', 'page_no', 'date_archived'];

/** A row as it is at the end. */
export interface FinalRow {
  readonly table: CountedTable;
  readonly id: string;
  readonly digest: string;
  /** The bulk delete (on the wire) that took it; null when it lives. */
  readonly takenBy: string | null;
}

/** Everything at the end, read by SQL. Bulk deletes and undos by their ids on the wire. */
export interface Final {
  readonly bulkDeletes: ReadonlyMap<string, BulkDeleteRow>;
  readonly undos: ReadonlyMap<string, BulkUndoRow>;
  readonly rows: readonly FinalRow[];
}

/** Reads it all. Nothing may be running any more. */
export async function readFinal(db: Db): Promise<Final> {
  const bulkDeletes = await db.selectFrom('bulk_delete').selectAll().execute();
  const undos = await db.selectFrom('bulk_undo').selectAll().execute();
  const rows: FinalRow[] = [];
  for (const table of COUNTED_TABLES)
    rows.push(...(await readLiving(db, table)), ...(await readArchived(db, table)));
  return {
    bulkDeletes: new Map(bulkDeletes.map((row) => [encodeId(ID_PREFIX.bulkDelete, row.id), row])),
    undos: new Map(undos.map((row) => [encodeId(ID_PREFIX.bulkUndo, row.id), row])),
    rows,
  };
}

async function readLiving(db: Db, table: CountedTable): Promise<readonly FinalRow[]> {
  const living = await readRows(db, table);
  return [...living].map(([id, text]) => ({ table, id, digest: digestOf(text), takenBy: null }));
}

/** An id may be there twice, which must not be hidden. */
async function readArchived(db: Db, table: CountedTable): Promise<readonly FinalRow[]> {
  const { rows } = await sql<{ id: string; taken_by: string; text: string }>`
    select id::text, bulk_delete_id::text as taken_by, (to_jsonb(t) - ${OF_THE_ARCHIVE}::text[])::text as text
    from ${sql.table(`archive.${table}`)} as t
  `.execute(db);
  return rows.map(({ id, taken_by: takenBy, text }) => ({
    table,
    id,
    digest: digestOf(text),
    takenBy: encodeId(ID_PREFIX.bulkDelete, takenBy),
  }));
}

/** How many rows of each table these counts by object type speak of. */
export function countByTable(counts: Readonly<Record<string, number>>): ReadonlyMap<string, number> {
  const byTable = new Map<string, number>();
  for (const [objectType, n] of Object.entries(counts)) {
    const [table = objectType] = objectType.split('.');
    byTable.set(table, (byTable.get(table) ?? 0) + n);
  }
  return byTable;
}
