import {
  countWaitingEvents,
  lockAfterTurn,
  markWarned,
  pauseSubscription,
  type Trx,
  type WebhookSubscriptionRow,
} from '@winnow/db';
import type { NotificationDeps } from '../deps.ts';
import { sayDuration, sayNumber } from '../email/words.ts';
import type { TurnSettings } from '../settings.ts';
import { recordNotice } from './notices.ts';

/** How a subscription's receiver did, after a turn. */
export interface ReceiverState {
  /** For how long everything has been failing. Milliseconds; 0 when something goes well. */
  readonly failingMs: number;
  /** What it said by which it wants nothing any more, if it did. */
  readonly gone: string | undefined;
}

/**
 * Draws the consequences of a turn (reference, 5.6): a receiver that is gone, or that has failed for days, or for an hour
 * while very many events wait, has its subscription paused and what waits dropped; earlier than that its creator is
 * warned. A receiver that takes what it is sent is never paused, however much waits: that is work, not a failure.
 * @returns ids of events that tell of it, to ring for.
 */
export async function judgeReceiver(
  deps: NotificationDeps,
  turn: { readonly id: string; readonly leaseNo: number },
  state: ReceiverState,
): Promise<readonly string[]> {
  const { turn: settings } = deps.settings;
  if (state.gone === undefined && state.failingMs < settings.warnAfterMs) return [];
  return deps.db.transaction().execute(async (trx) => {
    const subscription = await lockAfterTurn(trx, turn);
    if (!subscription) return [];
    const nWaiting = await countWaitingEvents(trx, turn.id);
    const reason = findPauseReason(settings, state, nWaiting);
    if (reason !== undefined) {
      await pauseSubscription(trx, turn.id, reason);
      deps.logger.warn({ subscriptionId: turn.id, reason, nWaiting }, 'a webhook subscription was paused');
      return [await recordNotice(trx, subscription, 'paused', { reason, nWaiting })];
    }
    return warn(trx, subscription, settings, { ...state, nWaiting });
  });
}

function findPauseReason(
  settings: TurnSettings,
  { failingMs, gone }: ReceiverState,
  nWaiting: number,
): string | undefined {
  if (gone !== undefined) return gone;
  if (failingMs >= settings.pauseAfterFailingMs)
    return `Every delivery has failed for ${sayDuration(failingMs)}.`;
  if (nWaiting >= settings.pauseAtWaiting && failingMs >= settings.pauseAfterMs)
    return `${sayNumber(nWaiting)} events waited, and nothing was delivered for ${sayDuration(failingMs)}.`;
  return undefined;
}

async function warn(
  trx: Trx,
  subscription: WebhookSubscriptionRow,
  settings: TurnSettings,
  { failingMs, nWaiting }: { readonly failingMs: number; readonly nWaiting: number },
): Promise<readonly string[]> {
  if (nWaiting < settings.warnAtWaiting || !(await markWarned(trx, subscription.id))) return [];
  const reason = `${sayNumber(nWaiting)} events wait, and nothing was delivered for ${sayDuration(failingMs)}.`;
  return [await recordNotice(trx, subscription, 'backlog', { reason, nWaiting })];
}
