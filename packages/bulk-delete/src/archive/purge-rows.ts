import {
  boundTransaction,
  deleteArchivedPage,
  findExpiredOutsidePartitions,
  hasArchiveExpired,
  listArchiveTables,
  listDeletingPages,
  recordPurge,
  type Trx,
  takeArchive,
} from '@winnow/db';
import type { EngineDeps } from '../engine.ts';

/** Bulk deletes of one look, and pages whose numbers are read at once. */
const PORTION = 100;

/**
 * Purges what lies in no partition of a week, by deleting it page by page. Stopped anywhere, it begins that bulk delete
 * anew: pages that are gone already cost next to nothing.
 */
export async function purgeOutsidePartitions(deps: EngineDeps, signal: AbortSignal): Promise<void> {
  const { db, catalog } = deps;
  const ids = await findExpiredOutsidePartitions(db, catalog, { limit: PORTION });
  if (ids.length === 0) return;
  const tables = await listArchiveTables(db, catalog);
  for (const id of ids) {
    if (signal.aborted || !(await purgeBulkDelete(deps, signal, { id, tables }))) return;
    deps.logger.info({ bulk_delete_id: id }, 'archive of a bulk delete purged');
  }
}

/** @returns false when it was not finished: somebody else purges, or this process is to stop. */
async function purgeBulkDelete(
  deps: EngineDeps,
  signal: AbortSignal,
  { id, tables }: { readonly id: string; readonly tables: readonly string[] },
): Promise<boolean> {
  const { db, catalog } = deps;
  for (let after = 0; ; ) {
    const pages = await listDeletingPages(db, id, { after, limit: PORTION });
    for (const { pageNo, firstPosition } of pages) {
      after = firstPosition;
      const isGone = await whilePurging(deps, id, (trx) =>
        deleteArchivedPage(trx, catalog, { bulkDeleteId: id, pageNo, tables }),
      );
      if (!isGone || signal.aborted) return false;
    }
    if (pages.length < PORTION) break;
  }
  return whilePurging(deps, id, (trx) => recordPurge(trx, id));
}

/** Does one step of a purge, unless somebody else purges or there is an undo after all. @returns whether it was done. */
async function whilePurging(
  { db, settings }: EngineDeps,
  id: string,
  step: (trx: Trx) => Promise<void>,
): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    await boundTransaction(trx, settings.page);
    if (!(await takeArchive(trx)) || !(await hasArchiveExpired(trx, id))) return false;
    await step(trx);
    return true;
  });
}
