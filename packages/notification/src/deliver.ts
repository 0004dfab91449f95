import { finishDelivery, type LeasedDelivery, leaseDelivery, postponeDelivery } from '@winnow/db';
import { type AttemptOutcome, describeError } from './attempt.ts';
import { GIVE_UP_AFTER_MS, retryDelayMs } from './backoff.ts';
import type { NotificationDeps } from './deps.ts';
import { attemptEmail } from './email/attempt-email.ts';

/** Between the end of the longest attempt and the end of its lease: for writing the result. */
export const LEASE_MARGIN_MS = 10_000;

export type DeliveryOutcome =
  | { readonly kind: 'delivered' }
  /** Ring again after `delayMs`. */
  | { readonly kind: 'retry'; readonly delayMs: number; readonly reason: string }
  /** For good: refused, given up after three days, or not known and not to be repeated. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** Finished before, not yet due, or in the hands of another process. */
  | { readonly kind: 'nothing' };

async function tryAttempt(deps: NotificationDeps, lease: LeasedDelivery): Promise<AttemptOutcome> {
  try {
    return await attemptEmail(deps, lease);
  } catch (error) {
    deps.logger.error({ err: error, deliveryId: lease.id }, 'attempt at an e-mail broke off');
    return { kind: 'retry', statusCode: null, reason: describeError(error) };
  }
}

async function recordOutcome(
  deps: NotificationDeps,
  lease: LeasedDelivery,
  outcome: AttemptOutcome,
): Promise<DeliveryOutcome> {
  const { statusCode } = outcome;
  if (outcome.kind === 'delivered') {
    const isOurs = await finishDelivery(deps.db, lease, 'delivered', { statusCode, error: null });
    return isOurs ? { kind: 'delivered' } : { kind: 'nothing' };
  }
  const { reason } = outcome;
  if (outcome.kind === 'failed') {
    const isOurs = await finishDelivery(deps.db, lease, 'failed', { statusCode, error: reason });
    return isOurs ? { kind: 'failed', reason } : { kind: 'nothing' };
  }
  const delayMs = retryDelayMs(lease.attempts, deps.settings.retryBaseMs, Math.random());
  const status = await postponeDelivery(
    deps.db,
    lease,
    { delayMs, giveUpAfterMs: GIVE_UP_AFTER_MS },
    { statusCode, error: reason },
  );
  if (status === undefined) return { kind: 'nothing' };
  return status === 'pending' ? { kind: 'retry', delayMs, reason } : { kind: 'failed', reason };
}

/**
 * One attempt at one e-mail: lease, attempt outside any transaction, result. A process that dies in between leaves a
 * delivery that is due again when its lease ends (but see docs/decisions/0002-done-email-once.md).
 * @throws the database's error, when it could not be asked or told.
 */
export async function deliver(deps: NotificationDeps, deliveryId: string): Promise<DeliveryOutcome> {
  const leaseMs = deps.mailer.timeoutMs + LEASE_MARGIN_MS;
  const lease = await leaseDelivery(deps.db, { id: deliveryId, leaseMs });
  if (!lease) return { kind: 'nothing' };
  const outcome = await recordOutcome(deps, lease, await tryAttempt(deps, lease));
  deps.logger.info(
    { deliveryId, eventId: lease.event_id, attempt: lease.attempts, ...outcome },
    'e-mail attempted',
  );
  return outcome;
}
