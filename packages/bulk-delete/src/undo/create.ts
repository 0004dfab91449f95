import {
  type BulkDeleteRow,
  type BulkDeleteStatus,
  type BulkUndoRow,
  countLeftToUndo,
  findBulkUndo,
  findUnfinishedUndo,
  hasLeftLinks,
  holdArchive,
  insertBulkUndo,
  listFailedUndos,
  lockForControl,
  type Trx,
  takeAllLanes,
} from '@winnow/db';
import { QUEUES } from '@winnow/queue';
import { assertArchiveKept } from '../archive/expiry.ts';
import type { Actor, EngineDeps } from '../engine.ts';
import { ringForEvent } from '../events.ts';
import { isFinished } from '../status.ts';
import { recordUndoEvent } from './events.ts';
import { isUndoFinished } from './status.ts';

/** A bulk delete that cannot be undone, or not now. */
export class UndoError extends Error {
  /** Of the bulk delete. */
  readonly status: BulkDeleteStatus;

  constructor(message: string, status: BulkDeleteStatus) {
    super(message);
    this.name = 'UndoError';
    this.status = status;
  }
}

/** What is asked for. Ids are plain UUIDs. */
export interface UndoRequest {
  /** Of the undo that is made. When there is one of this id already, a repetition has come: that one is returned. */
  readonly id: string;
  readonly bulkDeleteId: string;
  readonly sendDoneEmail: boolean;
}

/**
 * Makes an undo of a bulk delete that has ended, and rings for a worker. While one runs there is no second: that one is
 * returned. After it another takes what was left, if there is anything.
 * @returns undefined when the organization has no bulk delete of this id.
 * @throws UndoError when it cannot be undone, or not now; ArchiveExpiredError when it is too late: nothing has changed.
 */
export async function createBulkUndo(
  deps: EngineDeps,
  actor: Actor,
  request: UndoRequest,
): Promise<BulkUndoRow | undefined> {
  const { organizationId } = actor;
  const made = await findBulkUndo(deps.db, { organizationId, id: request.id });
  if (made) return ringFor(deps, made);
  const created = await deps.db.transaction().execute(async (trx) => {
    // A purge that looks now sees this undo when it is there, or is over before the time is asked for.
    await holdArchive(trx);
    const bulkDelete = await lockForControl(trx, { organizationId, id: request.bulkDeleteId });
    if (!bulkDelete) return undefined;
    const running = await findUnfinishedUndo(trx, { organizationId, bulkDeleteId: bulkDelete.id });
    if (running) return { row: running, eventId: undefined };
    return makeUndo(deps, trx, { actor, request, bulkDelete });
  });
  if (!created) return undefined;
  await Promise.all([ringFor(deps, created.row), ringForEvent(deps, created.eventId)]);
  return created.row;
}

async function makeUndo(
  { catalog }: EngineDeps,
  trx: Trx,
  {
    actor,
    request,
    bulkDelete,
  }: { readonly actor: Actor; readonly request: UndoRequest; readonly bulkDelete: BulkDeleteRow },
) {
  assertUndoable(bulkDelete);
  await assertArchiveKept(trx, bulkDelete.id);
  // One that ended in error may still have a page in hand; what that takes, or gives back, would be missed.
  if (!(await takeAllLanes(trx, bulkDelete.id))) {
    throw new UndoError(
      'A page of this bulk delete is still in hand. Try again in a moment.',
      bulkDelete.status,
    );
  }
  for (const earlier of await listFailedUndos(trx, bulkDelete.id)) {
    if (!(await takeAllLanes(trx, earlier)))
      throw new UndoError(
        'A page of an earlier undo is still in hand. Try again in a moment.',
        bulkDelete.status,
      );
  }
  const nObjects = await countLeftToUndo(trx, bulkDelete.id);
  if (nObjects === 0 && !(await hasLeftLinks(trx, catalog, bulkDelete.id))) {
    throw new UndoError(NOTHING_TO_UNDO, bulkDelete.status);
  }
  const row = await insertBulkUndo(trx, {
    id: request.id,
    organization_id: bulkDelete.organization_id,
    bulk_delete_id: bulkDelete.id,
    created_by: actor.userId,
    updated_by: actor.userId,
    api_key_id: actor.apiKeyId,
    request_id: actor.requestId,
    request_method: actor.request?.method ?? null,
    request_path: actor.request?.path ?? null,
    send_done_email: request.sendDoneEmail,
    n_objects: nObjects,
  });
  // Of another bulk delete or another organization: ids are made here, so a client cannot cause it.
  if (!row) throw new Error(`there is another undo with the id ${request.id}`);
  if (row.n_pages === 0) throw new UndoError(NOTHING_TO_UNDO, bulkDelete.status);
  return { row, eventId: await recordUndoEvent(trx, row, 'created') };
}

const NOTHING_TO_UNDO = 'There is nothing to undo: nothing of this bulk delete is in the archive.';

/** @throws UndoError when nothing will ever come back, or the bulk delete has not ended. */
export function assertUndoable(bulkDelete: BulkDeleteRow): void {
  const { status } = bulkDelete;
  if (bulkDelete.dry_run) throw new UndoError('This was a dry run: it deleted nothing.', status);
  if (!bulkDelete.archive) {
    throw new UndoError(
      'This bulk delete was told to keep no archive ("archive": false): it cannot be undone.',
      status,
    );
  }
  if (!isFinished(status)) {
    throw new UndoError('This bulk delete has not ended. Wait for its end, or cancel it first.', status);
  }
}

/** Whoever made it may not have come to ringing. */
async function ringFor(deps: EngineDeps, row: BulkUndoRow): Promise<BulkUndoRow> {
  if (!isUndoFinished(row.status)) await deps.doorbell.ring(QUEUES.bulkDelete, row.id);
  return row;
}
