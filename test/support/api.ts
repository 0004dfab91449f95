import { type ApiInstance, type ApiSettings, buildApp } from '@winnow/api';
import type { EngineSettings } from '@winnow/bulk-delete';
import { type Catalog, CRM_CATALOG } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import type { SharedCounters } from '@winnow/queue';
import { DEFAULT_SEARCH_SETTINGS } from '@winnow/search';
import { createAnswerCheck } from './answer-check.ts';
import { createEngine, type RecordingDoorbell } from './engine.ts';
import { atFileEnd } from './file-end.ts';

export const PUBLIC_URL = 'https://winnow.example';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** The parsed JSON. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

export interface Call {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly payload?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestApi {
  readonly app: ApiInstance;
  readonly doorbell: RecordingDoorbell;
  /**
   * Calls the app without a socket.
   * @param apiKey null for no key.
   * @throws when the answer is not one that the OpenAPI document describes.
   */
  call(apiKey: string | null, method: Method, url: string, call?: Call): Promise<Answer>;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';

/** The API on a test's database; closed at the end of the test file. */
export async function createApi(
  db: Db,
  options: {
    readonly catalog?: Catalog;
    readonly settings?: Partial<ApiSettings>;
    readonly engine?: Partial<EngineSettings>;
    readonly clock?: () => Date;
    readonly queueWorks?: () => boolean;
    /** Shared with other apps; without them each counts for itself, if `settings.rateLimit` says so at all. */
    readonly counters?: SharedCounters;
  } = {},
): Promise<TestApi> {
  const { catalog = CRM_CATALOG, queueWorks = () => true } = options;
  const engine = createEngine(db, options.engine, catalog);
  const app = await buildApp({
    ...engine,
    engine: engine.settings,
    doorbell: { ...engine.doorbell, checkHealth: async () => queueWorks() },
    settings: {
      bodyLimitBytes: 1_048_576,
      publicUrl: PUBLIC_URL,
      rateLimit: 0,
      webhookAllowPrivate: false,
      search: DEFAULT_SEARCH_SETTINGS,
      ...options.settings,
    },
    clock: options.clock ?? (() => new Date()),
    counters: options.counters,
  });
  await app.ready();
  atFileEnd('api', () => app.close());
  const checkAnswer = createAnswerCheck(app.swagger());
  return {
    app,
    doorbell: engine.doorbell,
    async call(apiKey, method, url, { body, payload, headers } = {}) {
      const response = await app.inject({
        method,
        url,
        headers: {
          ...(apiKey === null ? {} : { authorization: `Bearer ${apiKey}` }),
          ...(body === undefined && payload === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
        ...(payload === undefined ? {} : { payload }),
      });
      const parsed: unknown = response.body === '' ? {} : JSON.parse(response.body);
      checkAnswer(method, url, response.statusCode, parsed);
      return {
        status: response.statusCode,
        headers: response.headers,
        body: asObject(parsed),
        text: response.body,
      };
    },
  };
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new Error(`not an object: ${JSON.stringify(value)}`);
  return { ...value };
}

/** The sentences of a 400, by the path of the field. @throws when the answer is no 400. */
export function fieldErrors({ status, body, text }: Answer): Readonly<Record<string, unknown>> {
  if (status !== 400) throw new Error(`answered ${status}: ${text}`);
  return asObject(body['field-errors']);
}

/** A field of an answer that must be a text: an id, mostly. */
export function textOf({ body, text }: Answer, field: string): string {
  const value = body[field];
  if (typeof value !== 'string') throw new Error(`${field} is no text in ${text}`);
  return value;
}

/** The objects of a list. */
export function itemsOf({ body, text }: Answer): readonly Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(body.data)) throw new Error(`no list: ${text}`);
  return body.data.map(asObject);
}
