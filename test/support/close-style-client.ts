import type { HttpAnswer } from './http-client.ts';

type Json = Readonly<Record<string, unknown>>;

/** Calls the way Close's Python client does (reference, 8.1), on which Close's own scripts are built. */
export interface CloseStyleClient {
  /** @param path below `/api/v1/`, without slashes at its ends. */
  get(path: string, parameters?: Readonly<Record<string, string>>): Promise<Json>;
  post(path: string, body: Json): Promise<Json>;
  /** @returns the whole answer: scripts are told request ids by it. */
  delete(path: string): Promise<HttpAnswer>;
}

/** A key as Basic user name, an offset of minus zero hours, always a slash at the end, and nothing but 2xx taken. */
export function createCloseStyleClient(baseUrl: string, apiKey: string): CloseStyleClient {
  async function call(method: string, path: string, body?: Json): Promise<HttpAnswer> {
    const response = await fetch(new URL(`/api/v1/${path}`, baseUrl), {
      method,
      headers: {
        authorization: `Basic ${Buffer.from(`${apiKey}:`).toString('base64')}`,
        accept: '*/*',
        'x-tz-offset': '-0.0',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const parsed: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(parsed)}`);
    return { status: response.status, headers: response.headers, body: { ...Object(parsed) } };
  }
  return {
    async get(path, parameters = {}) {
      const query = new URLSearchParams(parameters).toString();
      return (await call('GET', `${path}/${query === '' ? '' : `?${query}`}`)).body;
    },
    post: async (path, body) => (await call('POST', `${path}/`, body)).body,
    delete: (path) => call('DELETE', `${path}/`),
  };
}
