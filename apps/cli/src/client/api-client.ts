import type { JsonObject } from '@winnow/db';
import { CommandFailure } from '../command-failure.ts';

export const TIMEOUT_MS = 15_000;

/** The API as any client sees it: over HTTP, with a key. */
export interface ApiClient {
  /** @param path below `/api/v1/`. */
  get(path: string): Promise<JsonObject>;
  post(path: string, body: JsonObject): Promise<JsonObject>;
  put(path: string, body: JsonObject): Promise<JsonObject>;
}

/** @throws (its methods) CommandFailure for any answer that is no JSON object with a status of 2xx. */
export function createApiClient(baseUrl: string, apiKey: string): ApiClient {
  const authorization = `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`;
  const request = async (method: string, path: string, body?: JsonObject): Promise<JsonObject> => {
    const response = await fetch(`${baseUrl}/api/v1/${path}`, {
      method,
      headers: { authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    const answer = parseObject(text);
    if (response.ok && answer) return answer;
    const reason = typeof answer?.error === 'string' ? answer.error : text.slice(0, 500);
    throw new CommandFailure(`${method} ${path} was answered ${response.status}: ${reason}`);
  };
  return {
    get: (path) => request('GET', path),
    post: (path, body) => request('POST', path, body),
    put: (path, body) => request('PUT', path, body),
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
