import type { JsonObject } from '@winnow/db';
import { CommandFailure } from '../command-failure.ts';
import { badAnswer, noAnswer } from './api-failure.ts';
import { limitTime } from './time-limit.ts';

export const TIMEOUT_MS = 15_000;

/** The API as any client sees it: over HTTP, with a key. */
export interface ApiClient {
  /**
   * @param path below `/api/v1/`.
   * @param stop ends the request, which then fails with its reason.
   */
  get(path: string, stop?: AbortSignal): Promise<JsonObject>;
  post(path: string, body: JsonObject): Promise<JsonObject>;
  put(path: string, body: JsonObject): Promise<JsonObject>;
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: JsonObject;
  readonly stop?: AbortSignal | undefined;
}

/** @throws (its methods) ApiFailure for everything but a JSON object with a status of 2xx. */
export function createApiClient(baseUrl: string, apiKey: string, timeoutMs = TIMEOUT_MS): ApiClient {
  const authorization = `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`;
  const send = async ({ method, path, body, stop }: Request): Promise<readonly [Response, string]> => {
    const limit = limitTime(timeoutMs, stop);
    try {
      const response = await fetch(`${baseUrl}/api/v1/${path}`, {
        method,
        headers: { authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: limit.signal,
      });
      return [response, await response.text()];
    } catch (error) {
      stop?.throwIfAborted();
      throw noAnswer(baseUrl, error);
    } finally {
      limit.close();
    }
  };
  const request = async (asked: Request): Promise<JsonObject> => {
    const [response, text] = await send(asked);
    const answer = parseObject(text);
    if (response.ok && answer) return answer;
    throw badAnswer(`${asked.method} ${response.url}`, response, answer);
  };
  return {
    get: (path, stop) => request({ method: 'GET', path, stop }),
    post: (path, body) => request({ method: 'POST', path, body }),
    put: (path, body) => request({ method: 'PUT', path, body }),
  };
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** A text of an answer. @throws CommandFailure when the answer has no such text. */
export function textOf(answer: JsonObject, name: string): string {
  const value = answer[name];
  if (typeof value === 'string') return value;
  throw new CommandFailure(`The API's answer has no text "${name}": ${JSON.stringify(answer).slice(0, 500)}`);
}

/** A number of an answer; 0 while it is still null. */
export function countOf(answer: JsonObject, name: string): number {
  const value = answer[name];
  return typeof value === 'number' ? value : 0;
}
