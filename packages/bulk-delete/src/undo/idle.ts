import { findIdleBulkUndos as queryIdleBulkUndos } from '@winnow/db';
import type { EngineDeps } from '../engine.ts';

/** Most undos that one look returns: the next look finds the others. */
const LIMIT = 100;

/** Ids of undos that have work and no worker: what the reconciler rings for. */
export async function findIdleBulkUndos(
  deps: Pick<EngineDeps, 'db' | 'settings'>,
): Promise<readonly string[]> {
  return queryIdleBulkUndos(deps.db, { idleForMs: deps.settings.idleForMs, limit: LIMIT });
}
