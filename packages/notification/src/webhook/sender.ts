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
const MAX_HEADER_BYTES = 16 * 1024;

export interface WebhookTarget {
  readonly url: string;
  readonly verifySsl: boolean;
  readonly allowPrivate: boolean;
  /** For each whole exchange, from name resolution to the end of the answer. */
  readonly timeoutMs: number;
  /** Most connections at once. */
  readonly connections: number;
  readonly resolveHost?: ResolveHost;
}

export interface WebhookAnswer {
  readonly statusCode: number;
  /** The beginning of the answer's body. */
  readonly excerpt: string;
}

/** POSTs to one receiver, over connections that are kept between them. */
export interface WebhookSender {
  /**
   * Redirects are not followed: a 3xx is the answer, like any other status.
   * @throws WebhookTargetError before anything is sent when the URL or an address behind it is not allowed; the
   * network's error or a TimeoutError when no status came.
   */
  post(headers: Readonly<Record<string, string>>, body: Buffer): Promise<WebhookAnswer>;
  /** Ends all connections. */
  close(): Promise<void>;
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
      // Leaving the loop early ends the connection with the answer.
      if (received >= MAX_RESPONSE_BYTES) break;
    }
  } catch {
    // The receiver hung up or went silent in the middle of its answer.
  }
  return Buffer.concat(kept).subarray(0, MAX_EXCERPT_BYTES).toString('utf8');
}

/**
 * Runs work that gives up when its time is over. The timer goes with the work: of very many short exchanges none
 * leaves one behind.
 */
async function within<T>(timeoutMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const giveUp = new AbortController();
  const timer = setTimeout(
    () => giveUp.abort(new DOMException('The receiver took too long (timeout).', 'TimeoutError')),
    timeoutMs,
  );
  try {
    return await work(giveUp.signal);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Opens a sender. Its name is resolved with the first POST, once; every address is checked, and connections are made
 * to those addresses only, whatever the name leads to a moment later.
 */
export function openSender(target: WebhookTarget): WebhookSender {
  const { url, timeoutMs } = target;
  let agent: Agent | undefined;
  let opening: Promise<Agent> | undefined;

  async function open(): Promise<Agent> {
    const problem = findWebhookUrlProblem(url, target);
    if (problem !== undefined) throw new WebhookTargetError(problem);
    const addresses = await within(timeoutMs, (signal) =>
      resolveTarget(hostOf(new URL(url)), {
        allowPrivate: target.allowPrivate,
        resolveHost: target.resolveHost ?? resolveBySystem,
        signal,
      }),
    );
    agent = new Agent({
      connections: target.connections,
      pipelining: 1,
      connect: { lookup: pinTo(addresses), rejectUnauthorized: target.verifySsl, timeout: timeoutMs },
      maxHeaderSize: MAX_HEADER_BYTES,
    });
    return agent;
  }

  return {
    async post(headers, body) {
      const startedAt = performance.now();
      opening ??= open();
      const dispatcher = agent ?? (await opening);
      const leftMs = Math.max(1, timeoutMs - (performance.now() - startedAt));
      return within(leftMs, async (signal) => {
        const answer = await request(url, {
          dispatcher,
          method: 'POST',
          headers,
          body,
          signal,
          headersTimeout: timeoutMs,
          bodyTimeout: timeoutMs,
        });
        return { statusCode: answer.statusCode, excerpt: await readExcerpt(answer.body) };
      });
    },
    async close() {
      // A turn that ends while its name is still being resolved must not leave a sender that opens later.
      await opening?.catch(() => undefined);
      await agent?.destroy();
    },
  };
}
