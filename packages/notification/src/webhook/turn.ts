import { encodeId, ID_PREFIX } from '@winnow/catalog';
import {
  type DeliveryProgress,
  type DeliveryRow,
  type LeasedSubscription,
  saveProgress,
  type TurnRecord,
  type WebhookSubscriptionRow,
} from '@winnow/db';
import pLimit from 'p-limit';
import { type AttemptOutcome, describeError } from '../attempt.ts';
import { GIVE_UP_AFTER_MS, retryDelayMs } from '../backoff.ts';
import type { NotificationDeps } from '../deps.ts';
import { readWishes, type Wishes } from '../match.ts';
import { GONE, judgeAnswer } from './judge.ts';
import { openSender } from './sender.ts';
import type { Shipment } from './shipment.ts';
import { signatureHeaders } from './sign.ts';

const CONTENT_HEADERS = { 'content-type': 'application/json', 'user-agent': 'Winnow' };

/** What became of one POST. */
export interface Posted {
  readonly outcome: AttemptOutcome;
  readonly startedAt: Date;
  readonly tookMs: number;
}

/** One turn of a subscription: what its deliveries are sent with, and what its receiver's answers come to. */
export interface Turn {
  readonly deps: NotificationDeps;
  readonly subscription: WebhookSubscriptionRow;
  /** On the wire. */
  readonly subscriptionId: string;
  readonly wishes: Wishes;
  /** By the database's clock, which is right where this host's may not be: receivers refuse a signature of another hour. */
  now(): Date;
  /** Whether nothing is to be begun any more. Never false again once it was true. */
  isOver(): boolean;
  /** Sends when there is room; undefined when the turn was over before that. Never throws. */
  post(shipment: Shipment): Promise<Posted | undefined>;
  /** Writes down what came of sending. @returns false when the turn is no longer ours; then it is over. */
  save(delivery: Pick<DeliveryRow, 'id' | 'n_sent'>, progress: Partial<DeliveryProgress>): Promise<boolean>;
  /** Nothing is to be begun any more. */
  stop(): void;
  /** What the receiver said by which it wants nothing any more, if it did. */
  readonly gone: string | undefined;
  record(): TurnRecord;
  close(): Promise<void>;
}

/** The keys to sign with now: the old one only while the rotation lasts. */
function keysOf(subscription: WebhookSubscriptionRow, now: Date) {
  const { previous_signature_key: previous, previous_key_expires: ends } = subscription;
  return { current: subscription.signature_key, previous: ends !== null && ends > now ? previous : null };
}

/**
 * Begins a turn of a leased subscription. A receiver that has been failing is first asked with one POST, and with more
 * at once when that goes well: a dead one costs one time-out a turn.
 * @param signal fires when this process is told to stop.
 */
export function beginTurn(
  deps: NotificationDeps,
  subscription: LeasedSubscription,
  signal: AbortSignal,
): Turn {
  const { turn: settings, retryBaseMs, webhookTimeoutMs, webhookAllowPrivate } = deps.settings;
  const beganAt = performance.now();
  const endsAt = beganAt + settings.turnMs;
  const isProbe = subscription.failures_in_row >= settings.failuresBeforeRest;
  const limit = pLimit(isProbe ? 1 : settings.postsAtOnce);
  const sender = openSender({
    url: subscription.url,
    verifySsl: subscription.verify_ssl,
    allowPrivate: webhookAllowPrivate,
    timeoutMs: webhookTimeoutMs,
    connections: settings.postsAtOnce,
  });
  let failuresInRow = subscription.failures_in_row;
  let attempts = 0;
  let delivered = 0;
  let over = false;
  let gone: string | undefined;

  const now = (): Date => new Date(subscription.leased_at.getTime() + performance.now() - beganAt);

  function isOver(): boolean {
    const isFailing = attempts > 0 && failuresInRow >= settings.failuresBeforeRest;
    over ||= isFailing || gone !== undefined || signal.aborted || performance.now() >= endsAt;
    return over;
  }

  function note(outcome: AttemptOutcome): void {
    attempts += 1;
    if (outcome.kind === 'delivered') {
      delivered += 1;
      failuresInRow = 0;
      if (limit.concurrency !== settings.postsAtOnce) limit.concurrency = settings.postsAtOnce;
      return;
    }
    failuresInRow += 1;
    if (outcome.statusCode === GONE) gone = outcome.reason;
  }

  async function send({ id, body }: Shipment, at: Date): Promise<AttemptOutcome> {
    try {
      const signature = signatureHeaders(keysOf(subscription, at), { id, at, body });
      return judgeAnswer(await sender.post({ ...CONTENT_HEADERS, ...signature }, body));
    } catch (error) {
      return { kind: 'retry', statusCode: null, reason: describeError(error) };
    }
  }

  return {
    deps,
    subscription,
    subscriptionId: encodeId(ID_PREFIX.webhookSubscription, subscription.id),
    wishes: readWishes(deps.catalog, subscription),
    now,
    isOver,
    post: (shipment) =>
      limit(async () => {
        if (isOver()) return undefined;
        const startedAt = now();
        const start = performance.now();
        const outcome = await send(shipment, startedAt);
        note(outcome);
        return { outcome, startedAt, tookMs: Math.round(performance.now() - start) };
      }),
    async save(delivery, progress) {
      const status = await saveProgress(deps.db, subscription, delivery, {
        outcome: 'goes on',
        nSent: 0,
        nLess: 0,
        delayMs: 0,
        giveUpAfterMs: GIVE_UP_AFTER_MS,
        attempt: null,
        pieces: [],
        ...progress,
      });
      if (status === undefined) over = true;
      return status !== undefined;
    },
    stop() {
      over = true;
    },
    get gone() {
      return gone;
    },
    record() {
      const isFailing = failuresInRow >= settings.failuresBeforeRest;
      // By rests, not by failures: many POSTs that fail together say no more than one.
      const before = delivered > 0 ? 0 : subscription.rests_in_row;
      const restMs = isFailing ? retryDelayMs(before + 1, retryBaseMs, Math.random()) : null;
      return { attempts, delivered, failuresInRow, restMs };
    },
    close: () => sender.close(),
  };
}
