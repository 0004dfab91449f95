import { decodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  createDatabase,
  createOrganization,
  describeOnEachQueue,
  fieldCondition,
  requestFor,
  type TestOrganization,
  waitFor,
} from '../support/index.ts';
import { type RunningWinnow, startWinnowProcesses } from '../support/running-winnow.ts';

const ORGANIZATIONS = 20;
/** Of each organization; with those of the first, which are larger, a thousand. */
const EACH = 50;
/** POSTs of one organization that are under way at once. */
const POSTS_AT_ONCE = 2;
const WORKERS = 2;
const POOL = 8;
/** Records of each bulk delete of the first organization. A turn takes one: they need very many. */
const BIG = 30;
/** Bulk deletes of the first organization. */
const BIG_ONES = 10;
const TIMEOUT_MS = 300_000;

const withSource = (source: string) => ({
  s_query: requestFor('lead', [fieldCondition('lead', 'source', { type: 'term', values: [source] })]).sQuery,
  send_done_email: false,
});

describeOnEachQueue('a thousand bulk deletes of twenty organizations at once', (backend) => {
  let db: Db;
  let winnow: RunningWinnow;
  let big: TestOrganization;
  const small: TestOrganization[] = [];

  beforeAll(async () => {
    const database = await createDatabase();
    db = database.db;
    big = await createOrganization(db);
    for (let i = 1; i < ORGANIZATIONS; i += 1) small.push(await createOrganization(db));
    await sql`
      insert into lead (id, organization_id, name, source)
      select gen_random_uuid(), organization.id, 'Lead', 'shop ' || i
      from organization, generate_series(1, ${EACH}::int) as i, generate_series(1,
        case when organization.id = ${big.organizationId} and i <= ${BIG_ONES}::int then ${BIG}::int else 1 end)
    `.execute(db);
    winnow = await startWinnowProcesses(backend, database.url, {
      apis: 1,
      workers: WORKERS,
      env: {
        WINNOW_DB_POOL: String(POOL),
        WINNOW_PAGE_SIZE: '1',
        WINNOW_SLICE_MS: '1',
        WINNOW_LANES: '1',
      },
    });
  });
  afterAll(() => winnow.stop());

  it(
    'all finish exact; small ones overtake the large, requests are answered meanwhile, and no pool outgrows its bound',
    async () => {
      const atOnce = await postAll(big, BIG_ONES);
      const watch = watchServer(db, winnow, big);
      // The first of each organization first, as somebody comes to it who has nothing to do with the large ones.
      const firsts = await Promise.all(small.map((organization) => postAll(organization, 1)));
      await Promise.all([postAll(big, EACH, BIG_ONES), ...small.map((one) => postAll(one, EACH, 1))]);
      await waitFor(async () => (await countUnfinished(db)) === 0, {
        what: 'all to end',
        timeoutMs: TIMEOUT_MS,
      });
      const { sessions, answers } = await watch.stop();

      expect(await readOutcome(db)).toEqual({
        n: ORGANIZATIONS * EACH,
        done: ORGANIZATIONS * EACH,
        objects: ORGANIZATIONS * EACH + BIG_ONES * (BIG - 1),
        deleted: ORGANIZATIONS * EACH + BIG_ONES * (BIG - 1),
        completed: ORGANIZATIONS * EACH,
        live: 0,
      });
      const ends = await readEnds(db);
      const endOfLarge = Math.min(...atOnce.map((id) => ends.get(id) ?? 0));
      for (const id of firsts.flat()) expect(ends.get(id)).toBeLessThan(endOfLarge);
      expect(answers.size, [...answers].join(', ')).toBe(1);
      expect(answers.get(200)).toBeGreaterThan(0);
      expect(sessions.get('winnow-api')).toBeLessThanOrEqual(POOL);
      expect(sessions.get('winnow-worker')).toBeLessThanOrEqual(WORKERS * POOL);
    },
    TIMEOUT_MS,
  );

  /** Starts those with the numbers from `after` up to `upTo`. @returns their ids. */
  async function postAll({ apiKey }: TestOrganization, upTo: number, after = 0): Promise<readonly string[]> {
    const client = winnow.client(apiKey);
    const numbers = Array.from({ length: upTo - after }, (_, i) => upTo - i);
    const ids: string[] = [];
    const post = async (): Promise<void> => {
      for (let no = numbers.pop(); no !== undefined; no = numbers.pop())
        ids.push(await client.startBulkDelete(withSource(`shop ${no}`)));
    };
    await Promise.all(Array.from({ length: POSTS_AT_ONCE }, post));
    return ids.map((id) => decodeId('bulkdelete', id) ?? '');
  }
});

async function countUnfinished(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from bulk_delete where date_finished is null
  `.execute(db);
  return rows[0]?.n ?? 0;
}

async function readOutcome(db: Db) {
  const { rows } = await sql`
    select count(*)::int as n, count(*) filter (where status = 'done')::int as done,
      sum(n_objects)::int as objects, sum(n_objects_deleted)::int as deleted,
      (select count(distinct object_id)::int from event where action = 'completed') as completed,
      (select count(*)::int from lead) as live
    from bulk_delete
  `.execute(db);
  return rows[0];
}

/** When each ended, in milliseconds. */
async function readEnds(db: Db): Promise<ReadonlyMap<string, number>> {
  const rows = await db.selectFrom('bulk_delete').select(['id', 'date_finished']).execute();
  return new Map(rows.map((row) => [row.id, row.date_finished?.getTime() ?? 0]));
}

/** Asks the API and looks at the server's sessions until it is stopped. */
function watchServer(db: Db, winnow: RunningWinnow, { apiKey }: TestOrganization) {
  /** The most that there were at once, by application. */
  const sessions = new Map<string, number>();
  /** How many there were of each status. */
  const answers = new Map<number, number>();
  let isOver = false;
  const watching = waitFor(
    async () => {
      const { rows } = await sql<{ name: string; n: number }>`
        select application_name as name, count(*)::int as n from pg_stat_activity
        where datname = current_database() group by 1
      `.execute(db);
      for (const { name, n } of rows) sessions.set(name, Math.max(n, sessions.get(name) ?? 0));
      const { status } = await winnow.client(apiKey).get('bulk_action/delete/?_limit=5');
      answers.set(status, 1 + (answers.get(status) ?? 0));
      return isOver;
    },
    { what: 'the end of the load', timeoutMs: TIMEOUT_MS },
  );
  return {
    async stop() {
      isOver = true;
      await watching;
      return { sessions, answers };
    },
  };
}
