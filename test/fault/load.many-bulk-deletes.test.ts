import { decodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { QUEUES } from '@winnow/queue';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  buildPageGate,
  createDatabase,
  createOrganization,
  describeOnEachQueue,
  fieldCondition,
  type PageGate,
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
/** Connections of one pool of a queue in Postgres. Whoever waits for its jobs has one more, which has the queue's name. */
const QUEUE_POOL = 2;
const QUEUE_NAMES: readonly string[] = Object.values(QUEUES);
/** A pool that is too small, or a server with too few connections for all, says one of these. */
const NO_CONNECTION =
  /timeout exceeded when trying to connect|connection timeout|too many clients|too many connections|remaining connection slots/i;
/** Records of each bulk delete of the first organization. A turn takes one: they need very many. */
const BIG = 30;
/** Bulk deletes of the first organization. */
const BIG_ONES = 10;
/** Only what hangs takes so long: on a machine that does much else it is minutes. */
const TIMEOUT_MS = 900_000;

const withSource = (source: string) => ({
  s_query: requestFor('lead', [fieldCondition('lead', 'source', { type: 'term', values: [source] })]).sQuery,
  send_done_email: false,
});

describeOnEachQueue('a thousand bulk deletes of twenty organizations at once', (backend) => {
  let db: Db;
  let winnow: RunningWinnow;
  let gate: PageGate;
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
    gate = await buildPageGate(database.url, 'lead');
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
  afterAll(async () => {
    await winnow.stop();
    await gate.end();
  });

  it(
    'all finish exact; small ones overtake the large, requests are answered meanwhile, and no pool outgrows its bound',
    async () => {
      // Whoever has a page waits with it until all are there, so that they are there at once.
      await gate.close();
      const large = await postAll(big, BIG_ONES);
      const watch = watchServer(db, winnow, big);
      await Promise.all([postAll(big, EACH, BIG_ONES), ...small.map((one) => postAll(one, EACH))]);
      expect(await countUnfinished(db)).toBe(ORGANIZATIONS * EACH);
      await gate.open();
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
      const endOfLarge = Math.min(...large.map((id) => ends.get(id) ?? 0));
      const late = [...ends].filter(([id, end]) => !large.includes(id) && end >= endOfLarge);
      expect(late, 'small ones that ended after a large one').toEqual([]);
      // The POSTs were answered 200 too, or there were no ids.
      expect([...answers.keys()], [...answers].join(', ')).toEqual(['200']);
      const processes = [...winnow.apis, ...winnow.workers];
      const complaints = processes.flatMap(({ output }) =>
        output()
          .split('\n')
          .filter((line) => NO_CONNECTION.test(line)),
      );
      expect(complaints).toEqual([]);
      // Each process rings, and a worker waits for the jobs of every queue.
      const listening = WORKERS * QUEUE_NAMES.length;
      const mostOfQueue = QUEUE_POOL * (1 + WORKERS + listening) + listening;
      if (backend === 'postgres') expect(sessions.get('winnow-queue')).toBeLessThanOrEqual(mostOfQueue);
      else expect(sessions.has('winnow-queue')).toBe(false);
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
  /** How many there were of each status, or without an answer. */
  const answers = new Map<string, number>();
  let isOver = false;
  const watching = waitFor(
    async () => {
      const { rows } = await sql<{ name: string; n: number }>`
        select case when application_name = any(${QUEUE_NAMES}::text[]) then 'winnow-queue' else application_name end as name,
          count(*)::int as n
        from pg_stat_activity where datname = current_database() group by 1
      `.execute(db);
      for (const { name, n } of rows) sessions.set(name, Math.max(n, sessions.get(name) ?? 0));
      const answer = await winnow
        .client(apiKey)
        .get('bulk_action/delete/?_limit=5')
        .then(({ status }) => String(status), String);
      answers.set(answer, 1 + (answers.get(answer) ?? 0));
      return isOver;
    },
    { what: 'the end of the load', timeoutMs: TIMEOUT_MS },
  );
  // A test that fails before it stops this has something better to say.
  watching.catch(() => undefined);
  return {
    async stop() {
      isOver = true;
      await watching;
      return { sessions, answers };
    },
  };
}
