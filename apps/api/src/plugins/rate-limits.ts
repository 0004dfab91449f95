import rateLimit from '@fastify/rate-limit';
import type { SharedCounters } from '@winnow/queue';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../caller.ts';
import { createLastSeen } from '../last-seen.ts';
import { Refusal } from '../refusal.ts';

/** Requests are counted for so long, so that a burst is no offence. */
const WINDOW_MS = 5000;
/** An organization's keys together may do so many times what one may (reference, 4.4). */
const ORGANIZATION_FACTOR = 3;
/** Failed authentications of one address in a window. */
const FAILURES_OF_ADDRESS = 50;
/** Failed authentications of one address with one key; 128 bits are not guessed in any number of windows of them. */
const FAILURES_WITH_KEY = 10;
const FAILURES_WITH_KEY_WINDOW_MS = 60_000;
/** Most counters that a process keeps when there is no Redis; the ones used longest ago go first. */
const COUNTERS = 50_000;

/** Keys that were right lately, of which a process knows at most so many. */
const MOST_RIGHT_KEYS = 10_000;

type Limiter = ReturnType<FastifyInstance['createRateLimit']>;
type Count = Extract<Awaited<ReturnType<Limiter>>, { isAllowed: false }>;

declare module 'fastify' {
  interface FastifyInstance {
    /** null when requests are not limited. */
    rateLimits: RateLimits | null;
  }
}

export interface RateLimits {
  /** Counts a request of the caller, and says in headers how many are left. @throws Refusal 429 */
  countRequest(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /**
   * @param key as the client sent it; one that was right before is always let through: whoever guesses at somebody's key
   *   from behind the same proxy must not take it away from them.
   * @throws Refusal 429 when this address has sent the key that this one names with wrong secrets too often.
   */
  assertMayTry(request: FastifyRequest, key: string): Promise<void>;
  /** Notes that a key is right. */
  noteRight(key: string): void;
  /** Counts a failed authentication. @throws Refusal 429 when the address has too many of them. */
  countFailure(request: FastifyRequest): Promise<void>;
}

/**
 * Limits by key and by organization, for each endpoint by itself: method and route (reference, 4.4). In Redis when there
 * is one, so that all API processes count together; else each for itself. Must be registered before the routes.
 * @param options.perSecond of one key at one endpoint; 0: nothing is limited.
 * @param options.keyIdOf the public half of the key that a request names, right or wrong.
 */
export async function registerRateLimits(
  app: FastifyInstance,
  options: {
    readonly perSecond: number;
    readonly counters: SharedCounters | undefined;
    readonly keyIdOf: (request: FastifyRequest) => string;
  },
): Promise<void> {
  if (options.perSecond === 0) {
    app.decorate('rateLimits', null);
    return;
  }
  await app.register(rateLimit, {
    global: false,
    nameSpace: 'winnow-rate-',
    ...(options.counters ? { redis: options.counters.client } : {}),
  });
  app.decorate('rateLimits', createRateLimits(app, options));
}

function createRateLimits(
  app: FastifyInstance,
  { perSecond, keyIdOf }: Parameters<typeof registerRateLimits>[1],
): RateLimits {
  const max = (perSecond * WINDOW_MS) / 1000;
  const limiter = (
    most: number,
    keyGenerator: (request: FastifyRequest) => string,
    timeWindow = WINDOW_MS,
  ): Limiter => {
    // A count that cannot be had is no reason to refuse, nor to fail. `cache` is read though its type is silent on it.
    const limits = { max: most, timeWindow, keyGenerator, skipOnError: true, cache: COUNTERS };
    return app.createRateLimit(limits);
  };

  const ofKey = limiter(max, (request) => `key:${callerOf(request).apiKeyId}:${endpointOf(request)}`);
  const ofOrganization = limiter(
    max * ORGANIZATION_FACTOR,
    (request) => `organization:${callerOf(request).organizationId}:${endpointOf(request)}`,
  );
  const failuresOfAddress = limiter(FAILURES_OF_ADDRESS, ({ ip }) => `failed:${rateLimit.normalizeIP(ip)}`);
  const failuresWithKey = limiter(
    FAILURES_WITH_KEY,
    (request) => `failed:${rateLimit.normalizeIP(request.ip)}:${keyIdOf(request)}`,
    FAILURES_WITH_KEY_WINDOW_MS,
  );
  const rightKeys = createLastSeen(MOST_RIGHT_KEYS);

  return {
    async countRequest(request, reply) {
      const [own, all] = await Promise.all([count(ofKey, request), count(ofOrganization, request)]);
      const tighter = all.remaining < own.remaining || (all.isExceeded && !own.isExceeded) ? all : own;
      reply.headers(headersFor(tighter));
      if (tighter.isExceeded) {
        const whose = tighter === own ? 'This API key has' : 'The API keys of this organization have';
        throw tooMany(`${whose} sent too many requests to this URL.`, tighter);
      }
    },
    noteRight: (key) => rightKeys.add(key),
    async assertMayTry(request, key) {
      if (rightKeys.has(key)) return;
      const found = await count(failuresWithKey, request, { increment: false });
      if (found.remaining === 0) throw tooMany('This API key was sent with a wrong secret too often.', found);
    },
    async countFailure(request) {
      const [found] = await Promise.all([count(failuresOfAddress, request), count(failuresWithKey, request)]);
      if (found.isExceeded) throw tooMany('Too many requests of this address had no valid API key.', found);
    },
  };
}

async function count(
  limiter: Limiter,
  request: FastifyRequest,
  how?: { readonly increment: boolean },
): Promise<Count> {
  const found = await limiter(request, how);
  if (found.isAllowed) throw new Error('there is no list of who is not counted');
  return found;
}

/** A POST that stands for another method counts as that one. */
function endpointOf({ method, routeOptions }: FastifyRequest): string {
  return `${routeOptions.config.overriding ?? method} ${routeOptions.url ?? ''}`;
}

/** The spelling with commas is what Close's client reads; the others are older, and those of further clients. */
function headersFor({ max, remaining, ttlInSeconds }: Count): Readonly<Record<string, string>> {
  const [limit, left, reset] = [String(max), String(remaining), String(ttlInSeconds)];
  return {
    ratelimit: `limit=${limit}, remaining=${left}, reset=${reset}`,
    'x-ratelimit-limit': limit,
    'x-ratelimit-remaining': left,
    'x-ratelimit-reset': reset,
    'x-rate-limit-limit': limit,
    'x-rate-limit-remaining': left,
    'x-rate-limit-reset': reset,
  };
}

function tooMany(what: string, found: Count): Refusal {
  const seconds = Math.max(1, found.ttlInSeconds);
  return new Refusal(
    429,
    { error: `${what} Try again in ${seconds} s.`, rate_reset: seconds },
    { ...headersFor(found), 'retry-after': String(seconds) },
  );
}
