import type { Db } from '@winnow/db';
import { type RawBuilder, sql } from 'kysely';
import { beforeEach, expect, it } from 'vitest';
import {
  createDatabase,
  createOrganization,
  describeOnEachQueue,
  freePort,
  queueFor,
  requestFor,
  spawnApi,
  type TestOrganization,
  waitFor,
} from '../support/index.ts';
import { whileLocked } from '../support/table-lock.ts';

const POSTS = 50;
const BODY = { s_query: requestFor('lead', []).sQuery, match_all: true, send_done_email: false };

let db: Db;
let url: string;
let org: TestOrganization;
beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly replayed: string | null;
}

function post(baseUrl: string, key: string): Promise<Answer> {
  return send(baseUrl, BODY, { 'idempotency-key': key });
}

async function send(
  baseUrl: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(`${baseUrl}/api/v1/bulk_action/delete/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${org.apiKey}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const replayed = response.headers.get('idempotency-replayed');
  return { status: response.status, text: await response.text(), replayed };
}

/** As a client does that is told 409: it asks again until there is an answer. */
function postUntilAnswered(baseUrl: string, key: string): Promise<Answer> {
  return waitFor(
    async () => {
      const answer = await post(baseUrl, key);
      return answer.status !== 409 && answer;
    },
    { what: 'the answer to the request' },
  );
}

/** Of the one key that there is. */
const leaseUntil = (moment: RawBuilder<Date>) =>
  db.updateTable('idempotency_key').set({ lease_until: moment }).execute();
const bulkDeletes = () => db.selectFrom('bulk_delete').select(['id', 'status']).execute();
const createdEvents = () => db.selectFrom('event').select('id').where('action', '=', 'created').execute();

/** Keeps everybody from a table. @returns what lets them at it again. */
function lock(table: string): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    const done = whileLocked(
      url,
      table,
      () =>
        new Promise<void>((release) =>
          resolve(async () => {
            release();
            await done;
          }),
        ),
    );
    done.catch(reject);
  });
}

/** Statements of API processes that wait for a lock to write to the table. */
async function countWaiting(table: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from pg_stat_activity
    where datname = current_database() and application_name = 'winnow-api' and wait_event_type = 'Lock'
      and query ~ ${`(insert into|update) "?${table}"?`}
  `.execute(db);
  return rows[0]?.n ?? 0;
}

describeOnEachQueue('a POST with an Idempotency-Key', (backend) => {
  async function startTwo() {
    const { env } = await queueFor(backend, url);
    return Promise.all([spawnApi(env), spawnApi(env)]);
  }

  it('that comes fifty times at once, at two processes, makes one bulk delete, and all have the same answer', async () => {
    const processes = await startTwo();
    const answers = await Promise.all(
      Array.from({ length: POSTS }, (_, i) => postUntilAnswered(processes[i % 2]?.url ?? '', 'fifty')),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ replayed }) => replayed === null)).toHaveLength(1);
    expect(await bulkDeletes()).toHaveLength(1);
    expect(await createdEvents()).toHaveLength(1);
  });

  it('whose process is killed between commit and answer makes one bulk delete, which the repetition is answered with', async () => {
    const [first, second] = await startTwo();
    const unlockBulkDeletes = await lock('bulk_delete');
    const lost = post(first.url, 'killed').catch((error: unknown) => error);
    await waitFor(async () => (await countWaiting('bulk_delete')) === 1, { what: 'the POST to be at work' });
    // From here on no answer can be kept, and the answer waits for that.
    const unlockKeys = await lock('idempotency_key');
    await unlockBulkDeletes();
    await waitFor(async () => (await bulkDeletes()).length === 1, { what: 'the commit' });
    await waitFor(async () => (await countWaiting('idempotency_key')) > 0, { what: 'the answer to be kept' });

    first.kill('SIGKILL');
    await first.exited;
    expect(await lost).toBeInstanceOf(Error);
    // Else what it was about to write could still be written for it.
    await waitFor(async () => (await countWaiting('idempotency_key')) === 0, { what: 'its sessions to end' });
    await unlockKeys();

    // Its lease is to last until the question, however long that takes, and then to end when it would have.
    const leased = await db.selectFrom('idempotency_key').select('lease_until').executeTakeFirstOrThrow();
    await leaseUntil(sql`now() + interval '1 hour'`);
    expect((await post(second.url, 'killed')).status).toBe(409);
    await leaseUntil(sql`${leased.lease_until}::timestamptz`);
    const answer = await postUntilAnswered(second.url, 'killed');
    expect(answer).toMatchObject({ status: 200, replayed: null });
    expect(JSON.parse(answer.text)).toMatchObject({ status: 'created' });
    expect(await post(second.url, 'killed')).toEqual({ ...answer, replayed: 'true' });
    expect(await bulkDeletes()).toHaveLength(1);
    expect(await createdEvents()).toHaveLength(1);
  });

  it('whose process is killed before it commits makes one bulk delete when it is repeated', async () => {
    const [first, second] = await startTwo();
    const unlock = await lock('bulk_delete');
    const lost = post(first.url, 'early').catch((error: unknown) => error);
    await waitFor(async () => (await countWaiting('bulk_delete')) === 1, { what: 'the POST to be at work' });
    first.kill('SIGKILL');
    expect(await lost).toBeInstanceOf(Error);
    await waitFor(async () => (await countWaiting('bulk_delete')) === 0, { what: 'its sessions to end' });
    await unlock();
    expect(await bulkDeletes()).toHaveLength(0);

    expect((await postUntilAnswered(second.url, 'early')).status).toBe(200);
    expect(await bulkDeletes()).toHaveLength(1);
    expect(await createdEvents()).toHaveLength(1);
  });

  it('that has its key in the body is repeated by a client that repeats lost connections and 503 only, and is answered', async () => {
    const { env } = await queueFor(backend, url);
    const port = String(await freePort());
    const first = await spawnApi({ ...env, PORT: port });
    const body = { ...BODY, idempotency_key: 'from the body' };
    const unlock = await lock('bulk_delete');
    const lost = send(first.url, body).catch((error: unknown) => error);
    await waitFor(async () => (await countWaiting('bulk_delete')) === 1, { what: 'the POST to be at work' });
    const unlockKeys = await lock('idempotency_key');
    await unlock();
    await waitFor(async () => (await bulkDeletes()).length === 1, { what: 'the commit' });
    first.kill('SIGKILL');
    expect(await lost).toBeInstanceOf(Error);
    await waitFor(async () => (await countWaiting('idempotency_key')) === 0, { what: 'its sessions to end' });
    await unlockKeys();

    const statuses = new Set<number>();
    const restarted = spawnApi({ ...env, PORT: port });
    const answer = await waitFor(
      async () => {
        const found = await send(first.url, body);
        statuses.add(found.status);
        return found.status !== 503 && found;
      },
      { what: 'the answer to the request' },
    );
    await restarted;
    expect(answer.status).toBe(200);
    expect([...statuses].every((status) => status === 200 || status === 503)).toBe(true);
    expect(await send(first.url, body)).toEqual({ ...answer, replayed: 'true' });
    expect(await bulkDeletes()).toHaveLength(1);
    expect(await createdEvents()).toHaveLength(1);
  });
});
