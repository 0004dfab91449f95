import { createHash } from 'node:crypto';

/** What must be the same in a repetition of a request. */
export interface RequestFacts {
  readonly method: string;
  /** With the query string. */
  readonly url: string;
  /** Decides what a local day is, so it changes what a query means. */
  readonly tzOffset: string | undefined;
  /** Parsed JSON. */
  readonly body: unknown;
}

/**
 * SHA-256 of what a request says. Slashes that paths are matched without, and the order of the keys of an object, say
 * nothing.
 */
export function fingerprintOf({ method, url, tzOffset, body }: RequestFacts): Buffer {
  // At the first question mark: further ones belong to the query string.
  const [path = '', ...query] = url.split('?');
  const segments = path.split('/').filter(Boolean);
  const facts = [method, segments, query.join('?'), tzOffset?.trim() ?? '', body ?? null];
  return createHash('sha256').update(JSON.stringify(facts, withSortedKeys)).digest();
}

function withSortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
