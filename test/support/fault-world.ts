import { CRM_CATALOG } from '@winnow/catalog';
import { connect, type Db } from '@winnow/db';
import { sql } from 'kysely';
import { expect } from 'vitest';
import type { TestOrganization } from './factories.ts';
import { createHttpClient, type HttpClient } from './http-client.ts';
import { spawnApi, spawnWorker, type TestProcess } from './processes.ts';
import { requestFor } from './requests.ts';
import { countRows, readRows } from './rows.ts';
import { waitFor } from './wait-for.ts';

/** Objects of one page in these tests. */
export const FAULT_PAGE_SIZE = 10;
const NOTES_A_LEAD = 2;
const FINAL = ['done', 'error', 'cancelled'];

type Env = Readonly<Record<string, string>>;

/** The body of a POST that deletes all leads. */
export const ALL_LEADS = {
  s_query: requestFor('lead', []).sQuery,
  match_all: true,
  send_done_email: false,
};

/** A pool of the test itself on a database; the test ends it. */
export function openDatabase(url: string): Db {
  return connect({
    connectionString: url,
    applicationName: 'winnow-test',
    poolSize: 3,
    statementTimeoutMs: 60_000,
    onIdleError: () => {},
  });
}

/** Leads with two notes each. @returns how many. Ids rise with the names. */
export async function insertFaultLeads(
  db: Db,
  { organizationId }: TestOrganization,
  n = 60,
): Promise<number> {
  await sql`
    with made as (
      insert into lead (id, organization_id, name)
      select ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, ${organizationId}, 'Lead ' || i
      from generate_series(1, ${n}) as i
      returning id
    )
    insert into activity (id, organization_id, type, lead_id)
    select gen_random_uuid(), ${organizationId}, 'note', id from made, generate_series(1, ${NOTES_A_LEAD})
  `.execute(db);
  return n;
}

/** An API and a worker as processes of their own, with small pages and a reconciler in a hurry. */
export interface FaultProcesses {
  readonly api: TestProcess & { readonly url: string };
  readonly worker: TestProcess;
  readonly client: HttpClient;
  /** Asks for the undo of a bulk delete. @returns its id. */
  startUndo(bulkDeleteId: string): Promise<string>;
  /** Polls until an undo has ended. */
  waitForUndo(id: string): Promise<Readonly<Record<string, unknown>>>;
}

/** @param env where Postgres and the queue are, and settings that differ. */
export async function startFaultProcesses(env: Env, org: TestOrganization): Promise<FaultProcesses> {
  const all = {
    WINNOW_PAGE_SIZE: String(FAULT_PAGE_SIZE),
    WINNOW_LANES: '1',
    WINNOW_RECONCILE_MS: '300',
    WINNOW_RETRY_BASE_MS: '20',
    ...env,
  };
  const [api, worker] = await Promise.all([spawnApi(all), spawnWorker(all)]);
  const client = createHttpClient(api.url, org.apiKey);
  return {
    api,
    worker,
    client,
    async startUndo(bulkDeleteId) {
      const { status, body } = await client.post(`bulk_action/delete/${bulkDeleteId}/undo/`, {
        send_done_email: false,
      });
      if (status !== 200 || typeof body.id !== 'string') throw new Error(`${status} ${JSON.stringify(body)}`);
      return body.id;
    },
    waitForUndo(id) {
      return waitFor(
        async () => {
          const { body } = await client.get(`bulk_action/undo/${id}/`);
          return FINAL.includes(String(body.status)) && body;
        },
        { what: `undo ${id} to end`, timeoutMs: 60_000 },
      );
    },
  };
}

/** What `done` must say, and the database hold, when all leads went exactly once and every event was written once. */
export async function expectDeletedOnce(
  db: Db,
  leads: number,
  done: Readonly<Record<string, unknown>>,
): Promise<void> {
  expect(done).toMatchObject({
    status: 'done',
    n_objects: leads,
    n_objects_deleted: leads,
    n_objects_not_found: 0,
    n_objects_failed: 0,
    n_objects_unprocessed: 0,
    n_leads_processed: leads,
    deleted_counts: { lead: leads, 'activity.note': leads * NOTES_A_LEAD },
    waiting_reason: null,
    date_waiting: null,
  });
  expect(await countRows(db, 'lead')).toBe(0);
  expect(await countRows(db, 'activity')).toBe(0);
  expect(await countRows(db, 'archive.lead')).toBe(leads);
  expect(await countRows(db, 'archive.activity')).toBe(leads * NOTES_A_LEAD);
  const { rows: pages } = await sql<{ pages: number; events: number; leads: number }>`
    select (select count(*)::int from bulk_delete_page where status = 'done' and n_deleted > 0) as pages,
           count(*)::int as events, sum((deleted_counts->>'lead')::int)::int as leads
    from event where object_type = 'page'
  `.execute(db);
  expect(pages).toEqual([{ pages: pages[0]?.pages, events: pages[0]?.pages, leads }]);
  await expectEventsOnce(db, 'bulk_action.delete');
}

/** What an undo must say, and the database hold, when it gave all leads back exactly once. */
export async function expectRestoredOnce(
  db: Db,
  { leads, before }: { readonly leads: number; readonly before: FaultWorld },
  done: Readonly<Record<string, unknown>>,
): Promise<void> {
  expect(done).toMatchObject({
    status: 'done',
    n_objects: leads * (1 + NOTES_A_LEAD),
    n_objects_restored: leads * (1 + NOTES_A_LEAD),
    n_objects_not_found: 0,
    n_objects_failed: 0,
    n_objects_unprocessed: 0,
    restored_counts: { lead: leads, 'activity.note': leads * NOTES_A_LEAD },
    waiting_reason: null,
    date_waiting: null,
  });
  expect(await readFaultWorld(db)).toEqual(before);
  await expectEventsOnce(db, 'bulk_action.undo');
}

async function expectEventsOnce(db: Db, objectType: string): Promise<void> {
  const { rows } = await sql<{ action: string; n: number }>`
    select action, count(*)::int as n from event
    where object_type = ${objectType} and action in ('created', 'completed') group by action order by action
  `.execute(db);
  expect(rows).toEqual([
    { action: 'completed', n: 1 },
    { action: 'created', n: 1 },
  ]);
}

export type FaultWorld = readonly ReadonlyMap<string, string>[];

/** Every row that a deletion of leads may touch, and of the archive, as Postgres prints it. */
export function readFaultWorld(db: Db): Promise<FaultWorld> {
  const tables = Object.keys(CRM_CATALOG.tables).flatMap((name) => [name, `archive.${name}`]);
  return Promise.all(tables.map((table) => readRows(db, table, ['date_archived'])));
}

/** Lines that a process has logged at `warn` or above, which is what an operator sees. */
export function warningsOf(process: TestProcess): readonly Readonly<Record<string, unknown>>[] {
  return linesOf(process).filter(({ level }) => Number(level) >= 40);
}

/** All lines that a process has logged. */
export function linesOf(process: TestProcess): readonly Readonly<Record<string, unknown>>[] {
  return process
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line));
}
