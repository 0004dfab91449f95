import { setTimeout as pause } from 'node:timers/promises';
import {
  type Db,
  endIdempotencyLease,
  findKeptAnswer,
  type IdempotencyLease,
  type KeptAnswer,
  keepAnswer,
  releaseIdempotencyKey,
  renewIdempotencyLease,
} from '@winnow/db';
import type { FastifyBaseLogger } from 'fastify';

/** After so long without a sign from who works on a request, somebody else may begin it again. */
export const LEASE_MS = 10_000;
const RENEW_EVERY_MS = LEASE_MS / 3;
/** Longest that an answer waits until it is kept: it is sent in any case. */
export const SETTLE_TIMEOUT_MS = 5000;
/** A longer answer is made anew for a repetition. Characters. */
const MAX_KEPT_LENGTH = 1_048_576;

/** One request with a key, from its beginning until its answer is kept. */
export interface IdempotentWork {
  /** Whether an earlier beginning of the same request may have made what this one makes. */
  readonly isRepeated: boolean;
  /**
   * Keeps the answer, or frees the key when nothing was changed. Never throws.
   * @returns the answer of another beginning when that has been kept meanwhile; it is the one to send.
   */
  settle(answer: {
    readonly status: number;
    readonly headers: KeptAnswer['headers'];
    readonly body: unknown;
  }): Promise<KeptAnswer | undefined>;
  /** Stops renewing the lease, however the request has ended. */
  stop(): void;
}

/** Holds the lease of a request for as long as it is worked on. */
export function startWork(
  deps: { readonly db: Db; readonly log: FastifyBaseLogger },
  lease: IdempotencyLease,
  isRepeated: boolean,
): IdempotentWork {
  const { db, log } = deps;
  const timer = setInterval(() => {
    renewIdempotencyLease(db, lease, LEASE_MS).then(
      (isOurs) => isOurs || clearInterval(timer),
      (error: unknown) => log.debug({ err: error }, 'the lease of an idempotency key could not be renewed'),
    );
  }, RENEW_EVERY_MS).unref();
  const stop = () => clearInterval(timer);

  async function record(answer: Parameters<IdempotentWork['settle']>[0]): Promise<KeptAnswer | undefined> {
    const { status, headers, body } = answer;
    if (status >= 200 && status < 300 && typeof body === 'string' && body.length <= MAX_KEPT_LENGTH) {
      const isOurs = await keepAnswer(db, lease, { status, headers, body });
      return isOurs ? undefined : findKeptAnswer(db, lease);
    }
    // A refusal changes nothing. After any other answer, or when an earlier beginning may have changed something, the
    // key goes on standing for what was made under its id.
    if (status >= 400 && status < 500 && !isRepeated) await releaseIdempotencyKey(db, lease);
    else await endIdempotencyLease(db, lease);
    return undefined;
  }

  return {
    isRepeated,
    stop,
    async settle(answer) {
      stop();
      const recorded = record(answer).catch((error: unknown) => {
        log.warn({ err: error }, 'an answer could not be kept for repetitions of its request');
        return undefined;
      });
      const late = new AbortController();
      const { signal } = late;
      const timeout = pause(SETTLE_TIMEOUT_MS, undefined, { signal, ref: false }).catch(() => undefined);
      return Promise.race([recorded, timeout]).finally(() => late.abort());
    },
  };
}
