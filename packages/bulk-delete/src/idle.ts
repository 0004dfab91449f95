import { findIdleBulkDeletes as queryIdleBulkDeletes } from '@winnow/db';
import type { EngineDeps } from './engine.ts';

/** Most bulk deletes that one look returns: the next look finds the others. */
const LIMIT = 100;

/** Ids of bulk deletes that have work and no worker: what the reconciler rings for. */
export async function findIdleBulkDeletes(
  deps: Pick<EngineDeps, 'db' | 'settings'>,
): Promise<readonly string[]> {
  return queryIdleBulkDeletes(deps.db, {
    idleForMs: deps.settings.idleForMs,
    lanes: deps.settings.lanes,
    limit: LIMIT,
  });
}
