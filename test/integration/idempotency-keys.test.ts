import {
  claimIdempotencyKey,
  type Db,
  endIdempotencyLease,
  findKeptAnswer,
  type IdempotencyClaim,
  keepAnswer,
  releaseIdempotencyKey,
  renewIdempotencyLease,
} from '@winnow/db';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase, createOrganization } from '../support/index.ts';

const ANSWER = { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' };

let db: Db;
let apiKeyId: string;
beforeAll(async () => {
  ({ db } = await createDatabase());
});
beforeEach(async () => {
  ({ apiKeyId } = await createOrganization(db));
});

const claim = (leaseMs: number, what = 'request') =>
  claimIdempotencyKey(db, {
    apiKeyId,
    key: 'k',
    fingerprint: Buffer.from(what),
    leaseMs,
    keepMs: 60_000,
  });

function begun(found: IdempotencyClaim) {
  if (found.kind !== 'begun') throw new Error(`the claim was answered: ${found.kind}`);
  return { ...found, lease: { apiKeyId, key: 'k', leaseNo: found.leaseNo } };
}

describe('An idempotency key', () => {
  it('is claimed by exactly one of many at once.', async () => {
    const claims = await Promise.all(Array.from({ length: 50 }, () => claim(60_000)));
    expect(claims.map(({ kind }) => kind).sort()).toEqual(['begun', ...Array(49).fill('running')]);
  });

  it('whose lease has run out is taken over by exactly one, with the same resource.', async () => {
    const first = begun(await claim(0));
    const claims = await Promise.all(Array.from({ length: 20 }, () => claim(60_000)));
    const [second, ...more] = claims.filter(({ kind }) => kind === 'begun');
    expect(more).toEqual([]);
    expect(second).toMatchObject({ resourceId: first.resourceId, isRepeated: true });
    expect(first.isRepeated).toBe(false);
  });

  it('is not taken over by another request.', async () => {
    await claim(0);
    expect(await claim(60_000, 'another')).toEqual({ kind: 'other' });
  });

  it('that was taken over cannot be renewed, answered, let go or freed by who had it before.', async () => {
    const late = begun(await claim(0)).lease;
    const { lease } = begun(await claim(60_000));
    expect(await renewIdempotencyLease(db, late, 60_000)).toBe(false);
    expect(await keepAnswer(db, late, { ...ANSWER, body: 'late' })).toBe(false);
    await endIdempotencyLease(db, late);
    await releaseIdempotencyKey(db, late);
    expect(await claim(60_000)).toEqual({ kind: 'running' });

    expect(await renewIdempotencyLease(db, lease, 60_000)).toBe(true);
    expect(await keepAnswer(db, lease, ANSWER)).toBe(true);
    expect(await keepAnswer(db, late, { ...ANSWER, body: 'late' })).toBe(false);
    expect(await findKeptAnswer(db, lease)).toEqual(ANSWER);
    expect(await claim(60_000)).toEqual({ kind: 'answered', answer: ANSWER });
  });

  it('that is answered stays so: it is neither renewed, let go nor freed.', async () => {
    const { lease } = begun(await claim(60_000));
    await keepAnswer(db, lease, ANSWER);
    expect(await renewIdempotencyLease(db, lease, 0)).toBe(false);
    await endIdempotencyLease(db, lease);
    await releaseIdempotencyKey(db, lease);
    expect(await claim(60_000)).toEqual({ kind: 'answered', answer: ANSWER });
  });
});
