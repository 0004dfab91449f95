import { newId } from '@winnow/catalog';
import { sql } from 'kysely';
import type { Db } from '../connection.ts';

/** The key that a client gave a request. Two API keys may use the same text. */
export interface IdempotencyKeyRef {
  readonly apiKeyId: string;
  readonly key: string;
}

/** One beginning of the request: only the last one can keep an answer. */
export interface IdempotencyLease extends IdempotencyKeyRef {
  readonly leaseNo: number;
}

/** An answer as it was sent. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What may become of a request with a key. */
export type IdempotencyClaim =
  /** Go on. `isRepeated`: an earlier beginning may have made the resource already. */
  | {
      readonly kind: 'begun';
      readonly leaseNo: number;
      readonly resourceId: string;
      readonly isRepeated: boolean;
    }
  | { readonly kind: 'answered'; readonly answer: KeptAnswer }
  | { readonly kind: 'running' }
  /** The key stands for a request that was another one. */
  | { readonly kind: 'other' };

/** Between the two statements of a claim the row may go; it will not go each time. */
const CLAIM_ATTEMPTS = 3;

/**
 * Claims a key for a request, or says what has become of the request that had it first. Of any number of callers at
 * once exactly one begins. A beginning whose lease has run out (its process is gone, or stands still) is taken over,
 * with the id of the resource that it began with.
 * @param request.fingerprint what must be the same in a repetition.
 * @param request.leaseMs how long nobody else may begin; see `renewIdempotencyLease`.
 * @param request.keepMs how long the key stands for this request, from the first beginning on.
 */
export async function claimIdempotencyKey(
  db: Db,
  request: IdempotencyKeyRef & {
    readonly fingerprint: Buffer;
    readonly leaseMs: number;
    readonly keepMs: number;
  },
): Promise<IdempotencyClaim> {
  for (let attempt = 0; attempt < CLAIM_ATTEMPTS; attempt += 1) {
    const claim = (await begin(db, request)) ?? (await look(db, request));
    if (claim) return claim;
  }
  return { kind: 'running' };
}

async function begin(
  db: Db,
  request: Parameters<typeof claimIdempotencyKey>[1],
): Promise<IdempotencyClaim | undefined> {
  const { apiKeyId, key, fingerprint, leaseMs, keepMs } = request;
  const freshId = newId();
  const inMs = (ms: number) => sql`now() + ${ms} * interval '1 millisecond'`;
  const isOver = sql`k.date_expires <= now()`;
  const { rows } = await sql<{ resource_id: string; lease_no: number }>`
    insert into idempotency_key as k (api_key_id, key, fingerprint, resource_id, lease_until, date_expires)
    values (${apiKeyId}, ${key}, ${fingerprint}, ${freshId}, ${inMs(leaseMs)}, ${inMs(keepMs)})
    on conflict (api_key_id, key) do update set
      fingerprint = excluded.fingerprint,
      resource_id = case when ${isOver} then excluded.resource_id else k.resource_id end,
      date_created = case when ${isOver} then excluded.date_created else k.date_created end,
      date_expires = case when ${isOver} then excluded.date_expires else k.date_expires end,
      lease_until = excluded.lease_until,
      lease_no = k.lease_no + 1,
      state = 'running', status = null, headers = null, body = null
    where ${isOver} or (k.state = 'running' and k.lease_until <= now() and k.fingerprint = excluded.fingerprint)
    returning resource_id, lease_no
  `.execute(db);
  const [row] = rows;
  return (
    row && {
      kind: 'begun',
      leaseNo: row.lease_no,
      resourceId: row.resource_id,
      isRepeated: row.resource_id !== freshId,
    }
  );
}

async function look(
  db: Db,
  { apiKeyId, key, fingerprint }: Parameters<typeof claimIdempotencyKey>[1],
): Promise<IdempotencyClaim | undefined> {
  const row = await db
    .selectFrom('idempotency_key')
    .select(['fingerprint', 'status', 'headers', 'body'])
    .where('api_key_id', '=', apiKeyId)
    .where('key', '=', key)
    .executeTakeFirst();
  if (!row) return undefined;
  if (!row.fingerprint.equals(fingerprint)) return { kind: 'other' };
  const { status, headers, body } = row;
  if (status === null || headers === null || body === null) return { kind: 'running' };
  return { kind: 'answered', answer: { status, headers, body } };
}

/** The answer that is kept under a key now. */
export async function findKeptAnswer(db: Db, ref: IdempotencyKeyRef): Promise<KeptAnswer | undefined> {
  const row = await db
    .selectFrom('idempotency_key')
    .select(['status', 'headers', 'body'])
    .where('api_key_id', '=', ref.apiKeyId)
    .where('key', '=', ref.key)
    .executeTakeFirst();
  if (!row || row.status === null || row.headers === null || row.body === null) return undefined;
  return { status: row.status, headers: row.headers, body: row.body };
}

/** Says that the request is still being worked on. @returns false when another beginning has the lease by now. */
export async function renewIdempotencyLease(
  db: Db,
  lease: IdempotencyLease,
  leaseMs: number,
): Promise<boolean> {
  const { numUpdatedRows } = await heldBy(db, lease)
    .set({ lease_until: sql`now() + ${leaseMs} * interval '1 millisecond'` })
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

/** Keeps the answer for repetitions. @returns false when another beginning has the lease by now: its answer counts. */
export async function keepAnswer(db: Db, lease: IdempotencyLease, answer: KeptAnswer): Promise<boolean> {
  const { status, headers, body } = answer;
  const { numUpdatedRows } = await heldBy(db, lease)
    .set({ state: 'answered', status, headers: JSON.stringify(headers), body })
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

/** Ends the lease and keeps the id of the resource, so that the next repetition can begin at once. */
export async function endIdempotencyLease(db: Db, lease: IdempotencyLease): Promise<void> {
  await heldBy(db, lease).set({ lease_until: sql`now()` }).execute();
}

/** Frees the key for any request. For beginnings that have certainly changed nothing. */
export async function releaseIdempotencyKey(db: Db, lease: IdempotencyLease): Promise<void> {
  await db
    .deleteFrom('idempotency_key')
    .where('api_key_id', '=', lease.apiKeyId)
    .where('key', '=', lease.key)
    .where('lease_no', '=', lease.leaseNo)
    .where('state', '=', 'running')
    .execute();
}

/**
 * Takes away keys that have expired, at most `limit` of them, and passes over those that somebody is at.
 * @returns how many.
 */
export async function deleteExpiredIdempotencyKeys(db: Db, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from idempotency_key where (api_key_id, key) in (
      select api_key_id, key from idempotency_key where date_expires <= now()
      order by date_expires limit ${limit} for update skip locked
    )
  `.execute(db);
  return Number(numAffectedRows ?? 0n);
}

/** A change of the row for as long as this beginning has it. */
function heldBy(db: Db, lease: IdempotencyLease) {
  return db
    .updateTable('idempotency_key')
    .where('api_key_id', '=', lease.apiKeyId)
    .where('key', '=', lease.key)
    .where('lease_no', '=', lease.leaseNo)
    .where('state', '=', 'running');
}
