import { createHash } from 'node:crypto';
import type { JsonObject, JsonValue, RowKey } from '@winnow/db';
import type { Tokens } from './tokens.ts';

/** Long enough for a slow reader of a page; each page gives a new one. Seconds. */
const CURSOR_SECONDS = 300;

/** Where a search goes on. */
export interface Position {
  /** The moment of the first page, in milliseconds of the epoch: relative dates must not move between pages. */
  readonly now: number;
  /** The object type that the last object was of, for searches that walk over several. */
  readonly objectType: string;
  /** Of the last object that was given. */
  readonly key: RowKey;
  /** Objects that were given so far. */
  readonly nGiven: number;
}

/** Why a cursor does not lead anywhere. */
export type CursorProblem = 'expired' | 'invalid' | 'foreign';

/** A cursor that was sent cannot be followed. Always the client's to mend. */
export class CursorError extends Error {
  readonly problem: CursorProblem;

  constructor(problem: CursorProblem) {
    super(`the cursor is ${problem}`);
    this.name = 'CursorError';
    this.problem = problem;
  }
}

/**
 * What a cursor belongs to, as 32 bytes in base64url: a cursor that comes back with anything else of it would skip or
 * repeat objects. @param search the same for every page of a walk.
 */
export function fingerprintOf(search: JsonValue): string {
  return createHash('sha256').update(JSON.stringify(search)).digest('base64url');
}

/** The text that a client sends to get the next page. */
export function writeCursor(
  tokens: Tokens,
  fingerprint: string,
  { now, objectType, key, nGiven }: Position,
  issued: Date,
): Promise<string> {
  const content = { fingerprint, now, objectType, id: key.id, values: key.values, nGiven };
  return tokens.sign('cursor', content, CURSOR_SECONDS, issued);
}

/** @throws CursorError */
export async function readCursor(
  tokens: Tokens,
  fingerprint: string,
  cursor: string,
  at: Date,
): Promise<Position> {
  const verified = await tokens.verify('cursor', cursor, at);
  if (verified.kind !== 'valid') throw new CursorError(verified.kind);
  const position = readPosition(verified.content);
  if (!position) throw new CursorError('invalid');
  if (verified.content.fingerprint !== fingerprint) throw new CursorError('foreign');
  return position;
}

/** Content is signed, so it has this shape, unless another version of this program signed it. */
function readPosition({ now, objectType, id, values, nGiven }: JsonObject): Position | undefined {
  const isPosition =
    typeof now === 'number' &&
    typeof objectType === 'string' &&
    typeof id === 'string' &&
    Array.isArray(values) &&
    values.every((value) => value === null || typeof value === 'string') &&
    typeof nGiven === 'number';
  return isPosition ? { now, objectType, key: { id, values }, nGiven } : undefined;
}
