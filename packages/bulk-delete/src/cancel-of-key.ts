import { type BulkDeleteRow, listUnfinishedOfKey } from '@winnow/db';
import { ControlError, controlBulkDelete } from './control.ts';
import type { EngineDeps } from './engine.ts';

/**
 * Cancels all bulk deletes that an API key has started and that have not ended, for who does not trust it any more.
 * Revoke the key first: what it starts afterwards is not seen.
 * @param key UUIDs.
 * @returns them as they are then; one whose page is still in hand is about to be `cancelled`.
 */
export async function cancelBulkDeletesOfKey(
  deps: EngineDeps,
  key: { readonly organizationId: string; readonly id: string },
): Promise<readonly BulkDeleteRow[]> {
  const { organizationId } = key;
  const actor = { organizationId, userId: null, apiKeyId: null, requestId: null, request: null };
  const cancelled: BulkDeleteRow[] = [];
  for (const id of await listUnfinishedOfKey(deps.db, key)) {
    const row = await controlBulkDelete(deps, actor, { id, wanted: 'cancelled' }).catch(ignoreEnded);
    if (row) cancelled.push(row);
  }
  return cancelled;
}

/** It ended between the look and the asking. */
function ignoreEnded(error: unknown): undefined {
  if (!(error instanceof ControlError)) throw error;
}
