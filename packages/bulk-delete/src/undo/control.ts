import { setTimeout as pause } from 'node:timers/promises';
import {
  askBulkUndo,
  type BulkUndoRow,
  endUndoPause,
  findBulkUndo,
  lockUndoForControl,
  settleAskedUndo,
  type Trx,
  type UndoSettled,
} from '@winnow/db';
import { QUEUES } from '@winnow/queue';
import { type Control, ControlError } from '../control.ts';
import type { Actor, EngineDeps } from '../engine.ts';
import { ringForEvent } from '../events.ts';
import { recordUndoEvent } from './events.ts';
import { isUndoFinished } from './status.ts';

/** How long the caller waits for a page in hand: the answer shows what is true by then. */
const SETTLE_WITHIN_MS = 500;
const LOOK_EVERY_MS = 20;

/**
 * Pauses, resumes or cancels an undo, with the words and rules of a bulk delete; but a pause may last: the archive keeps
 * what has not come back.
 * @returns the undo; undefined when the organization has none of this id.
 * @throws ControlError when the present status does not allow it.
 */
export async function controlBulkUndo(
  deps: EngineDeps,
  actor: Actor,
  { id, wanted }: { readonly id: string; readonly wanted: Control },
): Promise<BulkUndoRow | undefined> {
  const { organizationId } = actor;
  const outcome = await deps.db.transaction().execute(async (trx) => {
    const row = await lockUndoForControl(trx, { organizationId, id });
    return row && change(trx, row, { wanted, userId: actor.userId });
  });
  if (!outcome) return undefined;
  await ringForEvent(deps, outcome.eventId);
  if (outcome.goesOn) await deps.doorbell.ring(QUEUES.bulkDelete, id);
  if (outcome.stops) await settle(deps, id);
  return findBulkUndo(deps.db, { organizationId, id });
}

interface Change {
  readonly eventId?: string;
  /** There is work again. */
  readonly goesOn?: boolean;
  /** It is to stop. */
  readonly stops?: boolean;
}

async function change(
  trx: Trx,
  row: BulkUndoRow,
  { wanted, userId }: { readonly wanted: Control; readonly userId: string | null },
): Promise<Change> {
  if (row.status === wanted && row.asked === null) return {};
  assertAllowed(row, wanted);
  if (row.status === 'paused' && wanted !== 'paused') {
    const changed = await endUndoPause(trx, row.id, { becomes: wanted, userId });
    const action = wanted === 'resuming' ? 'resumed' : 'cancelled';
    return { goesOn: wanted === 'resuming', eventId: await recordUndoEvent(trx, changed, action) };
  }
  if (wanted === 'resuming') {
    if (row.asked === null) return {};
    await askBulkUndo(trx, row.id, { asked: null, userId });
    return { goesOn: true };
  }
  const asked = wanted === 'paused' ? 'pause' : 'cancel';
  if (row.asked !== asked) await askBulkUndo(trx, row.id, { asked, userId });
  return { stops: true };
}

function assertAllowed(row: BulkUndoRow, wanted: Control): void {
  if (isUndoFinished(row.status)) {
    const sentence = `This undo has ended (${row.status}): nothing can be changed about it.`;
    throw new ControlError(sentence, row.status, []);
  }
  if (row.asked === 'cancel' && wanted !== 'cancelled') {
    throw new ControlError('This undo is being cancelled, which cannot be taken back.', row.status, [
      'cancelled',
    ]);
  }
}

/** Waits a little for the page in hand. Whoever finishes it stops the undo too. */
async function settle(deps: EngineDeps, id: string): Promise<void> {
  const deadline = performance.now() + SETTLE_WITHIN_MS;
  while ((await stopUndoIfAsked(deps, id)) === 'still in hand' && performance.now() < deadline) {
    await pause(LOOK_EVERY_MS);
  }
}

/** Makes an undo `paused` or `cancelled` if that is asked of it and nobody works on it. */
export async function stopUndoIfAsked(deps: EngineDeps, id: string): Promise<UndoSettled['kind']> {
  const { outcome, eventId } = await deps.db.transaction().execute(async (trx) => {
    const settled = await settleAskedUndo(trx, id);
    if (settled.kind !== 'stopped') return { outcome: settled.kind, eventId: undefined };
    const action = settled.row.status === 'cancelled' ? 'cancelled' : 'paused';
    return { outcome: settled.kind, eventId: await recordUndoEvent(trx, settled.row, action) };
  });
  await ringForEvent(deps, eventId);
  return outcome;
}
