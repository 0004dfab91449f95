import type { LookupFunction } from 'node:net';
import { Agent, type Dispatcher, request } from 'undici';
import {
  findWebhookUrlProblem,
  hostOf,
  type ResolvedAddress,
  type ResolveHost,
  resolveBySystem,
} from './address.ts';
import { resolveTarget, WebhookTargetError } from './resolve.ts';

/** Most of an answer that is read: a receiver must not fill our memory or hold us by talking on. */
const MAX_RESPONSE_BYTES = 64 * 1024;
/** As much of it as may be stored. */
const MAX_EXCERPT_BYTES = 300;

export interface WebhookPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly verifySsl: boolean;
  readonly allowPrivate: boolean;
  /** For the whole exchange, from name resolution to the end of the answer. */
  readonly timeoutMs: number;
  readonly resolveHost?: ResolveHost;
}

export interface WebhookAnswer {
  readonly statusCode: number;
  /** The beginning of the answer's body. */
  readonly excerpt: string;
}

/** A `lookup` that knows only the checked addresses, so that a second, different answer of the DNS cannot matter. */
function pinTo(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (hostname, options, callback) => {
    const first = addresses[0];
    if (!first) return callback(new Error(`${hostname} has no address.`), '', 0);
    if (options.all) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

/** The beginning of a body; what cannot be read any more is left out, for the status has already come. */
async function readExcerpt(body: Dispatcher.ResponseData['body']): Promise<string> {
  const kept: Buffer[] = [];
  let received = 0;
  try {
    for await (const chunk of body) {
      const bytes = Buffer.from(chunk);
      if (received < MAX_EXCERPT_BYTES) kept.push(bytes);
      received += bytes.length;
      if (received >= MAX_RESPONSE_BYTES) break;
    }
  } catch {
    // The receiver hung up or went silent in the middle of its answer.
  }
  return Buffer.concat(kept).subarray(0, MAX_EXCERPT_BYTES).toString('utf8');
}

/**
 * Posts one webhook over a connection of its own, which is closed afterwards. Redirects are not followed: a 3xx is the
 * answer, like any other status.
 * @throws WebhookTargetError before anything is sent when the URL or an address behind it is not allowed; the
 * network's error or a TimeoutError when no status came.
 */
export async function postWebhook(post: WebhookPost): Promise<WebhookAnswer> {
  const problem = findWebhookUrlProblem(post.url, post);
  if (problem !== undefined) throw new WebhookTargetError(problem);
  const signal = AbortSignal.timeout(post.timeoutMs);
  const addresses = await resolveTarget(hostOf(new URL(post.url)), {
    allowPrivate: post.allowPrivate,
    resolveHost: post.resolveHost ?? resolveBySystem,
    signal,
  });
  const agent = new Agent({
    connect: { lookup: pinTo(addresses), rejectUnauthorized: post.verifySsl, timeout: post.timeoutMs },
    maxHeaderSize: 16 * 1024,
  });
  try {
    const { statusCode, body } = await request(post.url, {
      dispatcher: agent,
      method: 'POST',
      headers: { ...post.headers },
      body: post.body,
      signal,
      reset: true,
      headersTimeout: post.timeoutMs,
      bodyTimeout: post.timeoutMs,
    });
    return { statusCode, excerpt: await readExcerpt(body) };
  } finally {
    await agent.destroy();
  }
}
