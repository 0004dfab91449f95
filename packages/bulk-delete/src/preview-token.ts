import { createHash } from 'node:crypto';
import type { Db, JsonObject, JsonValue } from '@winnow/db';
import { createTokens, type Tokens } from '@winnow/search';
import type { Actor } from './engine.ts';
import { BulkDeleteError } from './errors.ts';

/** Long enough to read a preview and to ask somebody; what has happened in an hour, a guard catches. */
const VALID_FOR_SECONDS = 3600;

/** What a preview was about: a bulk delete that carries its token must be about the same. */
export interface PreviewSubject {
  readonly actor: Pick<Actor, 'organizationId' | 'userId'>;
  readonly objectType: string;
  /** With saved searches written out: one that has been edited is another query. */
  readonly frozenQuery: JsonObject;
  readonly sort: readonly JsonObject[];
  readonly resultsLimit: number | null;
  readonly tzOffsetMinutes: number;
}

/** What a preview has settled for the bulk delete that carries its token. */
export interface Previewed {
  /** Null when it was an estimate. */
  readonly count: number | null;
  /** What "now" meant. */
  readonly frozenAt: Date;
}

const ofDb = new WeakMap<Db, Tokens>();

function tokensOf(db: Db): Tokens {
  const known = ofDb.get(db) ?? createTokens(db);
  ofDb.set(db, known);
  return known;
}

/** Signs what a preview has found, for the client to send with the bulk delete. */
export function signPreview(
  db: Db,
  subject: PreviewSubject,
  { count, frozenAt }: Previewed,
  now: Date,
): Promise<string> {
  const content = { ...fingerprint(subject), count, frozen_at: frozenAt.toISOString() };
  return tokensOf(db).sign('preview', content, VALID_FOR_SECONDS, now);
}

/**
 * Reads a token that a client sends with a bulk delete.
 * @throws BulkDeleteError BULK_DELETE_PREVIEW_TOKEN that says what is wrong with it, or which part of the request is
 *   not what was previewed.
 */
export async function readPreview(
  db: Db,
  token: string,
  subject: PreviewSubject,
  now: Date,
): Promise<Previewed> {
  const verified = await tokensOf(db).verify('preview', token, now);
  if (verified.kind === 'expired') {
    throw refuse('This preview_token has expired: it is valid for an hour. Make a new dry run.');
  }
  if (verified.kind === 'invalid') {
    throw refuse('This is not a preview_token as a dry run gave it. Make a new dry run.');
  }
  const { content } = verified;
  const mismatch = Object.entries(fingerprint(subject)).find(([part, value]) => content[part] !== value);
  if (mismatch) {
    throw refuse(
      `This preview_token is of a dry run ${SAID[mismatch[0]]}. Send what was previewed, or make a new dry run.`,
    );
  }
  return {
    count: typeof content.count === 'number' ? content.count : null,
    frozenAt: new Date(String(content.frozen_at)),
  };
}

const SAID: Readonly<Record<string, string>> = {
  organization: 'in another organization',
  user: 'by another user',
  type: 'of another object type',
  query: 'with another query (a saved search in it may have been changed since)',
  sort: 'with another sort',
  limit: 'with another results_limit',
  tz: 'with another x-tz-offset',
};

function fingerprint(subject: PreviewSubject) {
  return {
    organization: subject.actor.organizationId,
    user: subject.actor.userId,
    type: subject.objectType,
    query: digest(subject.frozenQuery),
    sort: digest(subject.sort),
    limit: subject.resultsLimit,
    tz: subject.tzOffsetMinutes,
  };
}

/** Of JSON, whatever the order of its keys. */
function digest(value: JsonValue): string {
  const text = JSON.stringify(value, (_key, part: JsonValue) =>
    typeof part !== 'object' || part === null || Array.isArray(part)
      ? part
      : Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
  return createHash('sha256').update(text).digest('base64url');
}

function refuse(sentence: string): BulkDeleteError {
  return new BulkDeleteError('BULK_DELETE_PREVIEW_TOKEN', 'preview_token', sentence);
}
