import { setTimeout as pause } from 'node:timers/promises';
import {
  askBulkDelete,
  type BulkDeleteRow,
  type BulkDeleteStatus,
  cancelPaused,
  findBulkDelete,
  interruptResolving,
  lockForControl,
  resumePaused,
  type Settled,
  settleAsked,
  type Trx,
} from '@winnow/db';
import { QUEUES } from '@winnow/queue';
import type { Actor, EngineDeps } from './engine.ts';
import { recordEvent, ringForEvent } from './events.ts';
import { isFinished } from './status.ts';

/** What a client may ask of a bulk delete, in the words of its status (reference, 1.1; `cancelled` is our addition). */
export const CONTROLS = ['paused', 'resuming', 'cancelled'] as const;
export type Control = (typeof CONTROLS)[number];

/** A bulk delete that has been paused for longer cannot go on (reference, 1.1: "unless paused for more than 7 days"). */
export const LONGEST_PAUSE_MS = 7 * 24 * 60 * 60 * 1000;

/** How long the caller waits for pages in hand: the answer shows what is true by then. */
export const SETTLE_WITHIN_MS = 500;
const LOOK_EVERY_MS = 20;

/** What is asked cannot be done in the present status. */
export class ControlError extends Error {
  readonly status: BulkDeleteStatus;
  readonly allowed: readonly Control[];

  constructor(message: string, status: BulkDeleteStatus, allowed: readonly Control[]) {
    super(message);
    this.name = 'ControlError';
    this.status = status;
    this.allowed = allowed;
  }
}

/**
 * Pauses, resumes or cancels a bulk delete. Asking is one thing and done another: from the commit on nobody takes up a
 * page, and when the pages in hand are finished it is `paused` or `cancelled`. That mostly happens before the answer; else
 * the record says what is asked. Asking twice is asking once. The last page may be finished first: then it is `done`.
 * @returns the bulk delete; undefined when the organization has none of this id.
 * @throws ControlError when the present status does not allow it.
 */
export async function controlBulkDelete(
  deps: EngineDeps,
  actor: Actor,
  { id, wanted }: { readonly id: string; readonly wanted: Control },
): Promise<BulkDeleteRow | undefined> {
  const { organizationId } = actor;
  const outcome = await deps.db.transaction().execute(async (trx) => {
    const row = await lockForControl(trx, { organizationId, id });
    return row && change(deps, trx, row, { wanted, userId: actor.userId });
  });
  if (!outcome) return undefined;
  await ringForEvent(deps, outcome.eventId);
  if (outcome.goesOn) await ringForAllLanes(deps, id);
  if (outcome.stops) await settle(deps, id);
  return findBulkDelete(deps.db, { organizationId, id });
}

interface Change {
  readonly eventId?: string | undefined;
  /** There is work again. */
  readonly goesOn?: boolean;
  /** It is to stop. */
  readonly stops?: boolean;
}

async function change(
  { catalog }: EngineDeps,
  trx: Trx,
  row: BulkDeleteRow,
  { wanted, userId }: { readonly wanted: Control; readonly userId: string | null },
): Promise<Change> {
  if (row.status === wanted && row.asked === null) return {};
  assertAllowed(row, wanted);
  if (wanted === 'resuming') {
    if (row.status === 'paused') {
      const resumed = await resumePaused(trx, row.id, userId);
      return { goesOn: true, eventId: await recordEvent(trx, catalog, resumed, 'resumed') };
    }
    if (row.asked === null) return {};
    await askBulkDelete(trx, row.id, { asked: null, userId });
    return { goesOn: true };
  }
  if (row.status === 'paused') {
    const cancelled = await cancelPaused(trx, row.id, userId);
    return { eventId: await recordEvent(trx, catalog, cancelled, 'cancelled') };
  }
  const asked = wanted === 'paused' ? 'pause' : 'cancel';
  if (row.asked !== asked) await askBulkDelete(trx, row.id, { asked, userId });
  return { stops: true };
}

function assertAllowed(row: BulkDeleteRow, wanted: Control): void {
  const allowed = allowedControls(row);
  if (allowed.includes(wanted)) return;
  throw new ControlError(refusalOf(row), row.status, allowed);
}

/** What may be asked of a bulk delete now; asking again for what it is or is becoming may always be. */
function allowedControls(row: BulkDeleteRow): readonly Control[] {
  if (isFinished(row.status)) return [];
  if (row.asked === 'cancel') return ['cancelled'];
  return hasPausedTooLong(row) ? ['paused', 'cancelled'] : CONTROLS;
}

function refusalOf(row: BulkDeleteRow): string {
  if (isFinished(row.status))
    return `This bulk delete has ended (${row.status}): nothing can be changed about it.`;
  if (row.asked === 'cancel') return 'This bulk delete is being cancelled, which cannot be taken back.';
  return 'This bulk delete has been paused for more than 7 days and cannot go on. It can be cancelled.';
}

function hasPausedTooLong({ date_paused }: BulkDeleteRow): boolean {
  return date_paused !== null && Date.now() - date_paused.getTime() > LONGEST_PAUSE_MS;
}

async function ringForAllLanes({ doorbell, settings }: EngineDeps, id: string): Promise<void> {
  for (let lane = 1; lane <= settings.lanes; lane += 1) await doorbell.ring(QUEUES.bulkDelete, id);
}

/** Waits a little for the pages in hand. Whoever finishes the last of them stops the bulk delete too. */
async function settle(deps: EngineDeps, id: string): Promise<void> {
  const deadline = performance.now() + SETTLE_WITHIN_MS;
  while ((await stopIfAsked(deps, id)) === 'still in hand' && performance.now() < deadline) {
    await interruptResolving(deps.db, id);
    await pause(LOOK_EVERY_MS);
  }
}

/** Makes a bulk delete `paused` or `cancelled` if that is asked of it and nobody works on it. */
export async function stopIfAsked(deps: EngineDeps, id: string): Promise<Settled['kind']> {
  const { outcome, eventId } = await deps.db.transaction().execute(async (trx) => {
    const settled = await settleAsked(trx, id);
    if (settled.kind !== 'stopped') return { outcome: settled.kind, eventId: undefined };
    const action = settled.row.status === 'cancelled' ? 'cancelled' : 'paused';
    return {
      outcome: settled.kind,
      eventId: await recordEvent(trx, deps.catalog, settled.row, action),
    };
  });
  await ringForEvent(deps, eventId);
  return outcome;
}
