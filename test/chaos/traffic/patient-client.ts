import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '@winnow/seed';
import type { Differences } from '../differences.ts';
import type { Post } from '../fleet.ts';

type Json = Readonly<Record<string, unknown>>;

export interface PatientAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** What is sent with every repetition of one request. */
export interface Sameness {
  readonly requestId?: string;
  readonly idempotencyKey?: string;
}

/** A client that goes on asking until it has an answer, at whichever process takes its connection. */
export interface PatientClient {
  /** @returns the first answer that is one: not 429, not 5xx, not "still being worked on". */
  ask(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    same?: Sameness,
  ): Promise<PatientAnswer>;
}

/** How often clients had to ask. */
export interface AskCounts {
  asked: number;
  answered: number;
}

const ANSWER_WITHIN_MS = 15_000;
const PAUSE_MS = 150;
/** A run that hangs must end. */
const GIVE_UP_MS = 600_000;

/** @param deps.counts is counted up. */
export function createPatientClient(
  deps: {
    readonly apis: readonly Post[];
    readonly random: Random;
    readonly differences: Differences;
    readonly counts: AskCounts;
  },
  apiKey: string,
): PatientClient {
  const { apis, random, differences, counts } = deps;

  async function send(method: string, path: string, body: unknown, same: Sameness): Promise<PatientAnswer> {
    const url = random.pick(apis).url;
    if (url === undefined) throw new Error('the process has just been ended');
    counts.asked += 1;
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(same.requestId === undefined ? {} : { 'x-request-id': same.requestId }),
        ...(same.idempotencyKey === undefined ? {} : { 'idempotency-key': same.idempotencyKey }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const text = await response.text();
    const parsed: unknown = text === '' ? {} : JSON.parse(text);
    return { status: response.status, headers: response.headers, body: { ...Object(parsed) } };
  }

  return {
    async ask(method, path, body, same = {}) {
      const deadline = performance.now() + GIVE_UP_MS;
      let last: unknown;
      while (performance.now() < deadline) {
        try {
          const answer = await send(method, path, body, same);
          if (answer.status === 500) differences.add('no answer is 500', { method, path, body: answer.body });
          last = answer;
          if (isAnswer(answer)) {
            counts.answered += 1;
            return answer;
          }
        } catch (error) {
          last = error;
        }
        await pause(PAUSE_MS + random.below(PAUSE_MS));
      }
      throw new Error(`${method} ${path} was never answered`, { cause: last });
    },
  };
}

function isAnswer({ status, body }: PatientAnswer): boolean {
  const isStillWorkedOn =
    status === 409 && JSON.stringify(body).includes('A request with this Idempotency-Key is still');
  return status !== 429 && status < 500 && !isStillWorkedOn;
}
