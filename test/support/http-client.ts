import { isFinished } from '@winnow/bulk-delete';
import { BULK_DELETE_STATUSES } from '@winnow/db';
import { waitFor } from './wait-for.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON object of the body. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** A client of a running API, with one key. Paths are relative to `/api/v1/`. */
export interface HttpClient {
  get(path: string): Promise<HttpAnswer>;
  post(path: string, body: unknown): Promise<HttpAnswer>;
  put(path: string, body: unknown): Promise<HttpAnswer>;
  delete(path: string): Promise<HttpAnswer>;
  /** Starts a bulk delete. @returns its id. */
  startBulkDelete(body: unknown): Promise<string>;
  /** Polls until the bulk delete is `done`, or ended otherwise. */
  waitForEnd(id: string, timeoutMs?: number): Promise<Readonly<Record<string, unknown>>>;
}

export function createHttpClient(baseUrl: string, apiKey: string): HttpClient {
  async function call(method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    const response = await fetch(new URL(`/api/v1/${path}`, baseUrl), {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, body: asObject(await response.json()) };
  }
  const client: HttpClient = {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
    delete: (path) => call('DELETE', path),
    async startBulkDelete(body) {
      const { status, body: created } = await client.post('bulk_action/delete/', body);
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(created)}`);
      return String(created.id);
    },
    async waitForEnd(id, timeoutMs = 60_000) {
      return waitFor(
        async () => {
          const { body } = await client.get(`bulk_action/delete/${id}/`);
          const status = BULK_DELETE_STATUSES.find((known) => known === body.status);
          return status !== undefined && isFinished(status) && body;
        },
        { timeoutMs, what: `bulk delete ${id} to end` },
      );
    },
  };
  return client;
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null)
    throw new Error(`not a JSON object: ${JSON.stringify(value)}`);
  return { ...value };
}
