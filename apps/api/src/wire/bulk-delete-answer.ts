import { isFinished } from '@winnow/bulk-delete';
import { encodeId, ID_PREFIX } from '@winnow/catalog';
import type { BulkDeleteRow } from '@winnow/db';
import { API_PREFIX } from '@winnow/records';
import type { FastifyReply } from 'fastify';
import { Refusal } from '../refusal.ts';

/** How long a client should wait before it asks again. Seconds. */
const POLL_AFTER_SECONDS = '1';

/**
 * Makes sure that a bulk delete has done its work or is still at it. What it deleted until it stopped is on record with it.
 * @throws Refusal 409 when somebody has cancelled it, 500 when it could not go on.
 */
export function assertNotStopped({ status, error_message, n_objects_deleted }: BulkDeleteRow): void {
  if (!isFinished(status) || status === 'done') return;
  const reason = error_message ?? `The bulk delete was ${status}.`;
  throw new Refusal(status === 'cancelled' ? 409 : 500, {
    error: `${reason} ${n_objects_deleted} were deleted.`,
  });
}

/**
 * Says in the headers which bulk delete did the work, and, when it goes on in the background, where to ask for it,
 * with the status 202.
 */
export function noteBulkDelete(reply: FastifyReply, { id, status }: BulkDeleteRow): void {
  const wireId = encodeId(ID_PREFIX.bulkDelete, id);
  reply.header('x-winnow-bulk-delete-id', wireId);
  if (isFinished(status)) return;
  reply
    .status(202)
    .header('location', `${API_PREFIX}/bulk_action/delete/${wireId}/`)
    .header('retry-after', POLL_AFTER_SECONDS);
}
