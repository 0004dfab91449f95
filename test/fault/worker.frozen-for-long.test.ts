import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createBulkDelete } from '@winnow/bulk-delete';
import { decodeId, encodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import {
  actorOf,
  buildPageGate,
  createDatabase,
  createEngine,
  createOrganization,
  type HttpClient,
  linesOf,
  type PageGate,
  readRows,
  requestFor,
  spawnWorker,
  type TestOrganization,
  type TestProcess,
  waitFor,
  workToEnd,
} from '../support/index.ts';
import { DELETE_ALL_LEADS, insertLeadsWithNotes } from '../support/lead-deletion.ts';
import { QUEUE_BACKENDS, type QueueBackend } from '../support/queue-backends.ts';
import { redisAvailable } from '../support/redis.ts';
import { type RunningWinnow, startWinnowProcesses } from '../support/running-winnow.ts';
import { preload } from './preload/preload.ts';

const LEADS = 40;
const PAGE_SIZE = 10;
/** What is promised to hold for a worker that stands still for so long: longer than every lease and time-out there is. */
const STOPPED_MS = 90_000;
const BLOCKED_MS = 60_000;
/** A page without a sign of life is cut off after 10 s, another worker goes on within 10 s; the rest is for the machine. */
const TAKE_OVER_MS = 10_000 + 10_000 + 25_000;
const TIMEOUT_MS = 480_000;

/** An organization whose leads were deleted, to be undone. */
interface Deleted {
  readonly org: TestOrganization;
  readonly bulkDelete: string;
  /** As it was before. */
  readonly before: readonly (readonly string[])[];
}

/** A bulk delete or an undo of an organization. */
interface Job {
  readonly org: TestOrganization;
  readonly client: HttpClient;
  readonly id: string;
}

/** A worker that stands still with a page of a bulk delete and one of an undo in hand. */
interface Frozen {
  readonly worker: TestProcess;
  readonly since: number;
  readonly deleting: Job;
  readonly undoing: Job;
  readonly deleted: Deleted;
}

for (const backend of QUEUE_BACKENDS)
  it.skipIf(backend === 'redis' && !redisAvailable).concurrent(
    `a worker stopped (SIGSTOP) for 90 s and one whose event loop is blocked for 60 s, each with a page of a bulk delete and one of an undo, are fenced: others end all of it meanwhile, exact, and both work on afterwards (queue on ${backend})`,
    () => standStill(backend),
    TIMEOUT_MS,
  );

async function standStill(backend: QueueBackend): Promise<void> {
  const { db, url } = await createDatabase();
  const gate = await buildPageGate(url, 'lead', 'archive.lead');
  const folder = await mkdtemp(path.join(tmpdir(), 'winnow-frozen-'));
  const unblock = path.join(folder, 'unblock');
  const winnow = await startWinnowProcesses(backend, url, {
    apis: 1,
    workers: 0,
    env: {
      WINNOW_PAGE_SIZE: String(PAGE_SIZE),
      WINNOW_LANES: '1',
      // Which work waited for the database is told in full at this level.
      LOG_LEVEL: 'debug',
      ...preload('blocked-event-loop', { TEST_UNBLOCK_FILE: unblock }),
    },
  });
  try {
    const deleted = [await deleteBeforehand(db), await deleteBeforehand(db)] as const;
    await gate.close();
    const stopped = await freeze({ db, gate, winnow }, deleted[0], async (worker) => worker.kill('SIGSTOP'));
    const blocked = await freeze({ db, gate, winnow }, deleted[1], async (worker) => {
      worker.kill('SIGUSR2');
      await waitFor(() => worker.output().includes('event loop blocked'), {
        what: 'the event loop to stand',
      });
    });
    const other = await spawnWorker(winnow.env);
    expect(await gate.countPages()).toBe(4);

    await gate.open();
    await waitFor(async () => (await countUnfinished(db)) === 0, {
      what: 'others to end what the frozen ones have in hand',
      timeoutMs: TAKE_OVER_MS,
    });
    for (const frozen of [stopped, blocked]) await expectExact(db, frozen);

    await standFor(BLOCKED_MS, blocked);
    await writeFile(unblock, '');
    await expectFenced(db, blocked);
    await end(other);
    // The other frozen one still stands: who works now is the one that goes on.
    await expectToWork(db, winnow);

    await standFor(STOPPED_MS, stopped);
    stopped.worker.kill('SIGCONT');
    await expectFenced(db, stopped);
    await end(blocked.worker);
    await expectToWork(db, winnow);
    await end(stopped.worker);
  } finally {
    await winnow.stop();
    await gate.end();
    await rm(folder, { recursive: true });
  }
}

/** Starts a worker and freezes it with a page of a bulk delete and one of an undo in hand. */
async function freeze(
  { db, gate, winnow }: { readonly db: Db; readonly gate: PageGate; readonly winnow: RunningWinnow },
  deleted: Deleted,
  how: (worker: TestProcess) => Promise<void>,
): Promise<Frozen> {
  const held = await gate.countPages();
  const worker = await spawnWorker(winnow.env);
  const deleting = await startDeleting(db, winnow);
  const undoing = await startUndoing(deleted, winnow);
  await waitFor(async () => (await gate.countPages()) === held + 2, {
    what: 'a page of each at the gate',
    timeoutMs: 60_000,
  });
  await how(worker);
  return { worker, since: performance.now(), deleting, undoing, deleted };
}

async function startDeleting(db: Db, winnow: RunningWinnow): Promise<Job> {
  const org = await createOrganization(db);
  await insertLeadsWithNotes(db, org.organizationId, LEADS);
  const client = winnow.client(org.apiKey);
  return { org, client, id: await client.startBulkDelete(DELETE_ALL_LEADS) };
}

/** An organization whose leads are all deleted, by nobody's worker. */
async function deleteBeforehand(db: Db): Promise<Deleted> {
  const org = await createOrganization(db);
  await insertLeadsWithNotes(db, org.organizationId, LEADS);
  const before = await readRowsOf(db, org);
  const engine = createEngine(db, { pageSize: PAGE_SIZE });
  const { id } = await createBulkDelete(engine, actorOf(org), requestFor('lead', []));
  await workToEnd(engine, id);
  return { org, before, bulkDelete: encodeId('bulkdelete', id) };
}

async function startUndoing({ org, bulkDelete }: Deleted, winnow: RunningWinnow): Promise<Job> {
  const client = winnow.client(org.apiKey);
  const { status, body } = await client.post(`bulk_action/delete/${bulkDelete}/undo/`, {
    send_done_email: false,
  });
  expect({ status, body }).toMatchObject({ status: 200 });
  return { org, client, id: String(body.id) };
}

/** Waits out what is left of the time that a worker is to stand still. */
function standFor(ms: number, { since }: Frozen): Promise<void> {
  return pause(since + ms - performance.now());
}

/** Both have ended, everything was done once, counted once and told once. */
async function expectExact(db: Db, { deleting, undoing, deleted }: Frozen): Promise<void> {
  const counts = { lead: LEADS, 'activity.note': 2 * LEADS };
  expect((await deleting.client.get(`bulk_action/delete/${deleting.id}/`)).body).toMatchObject({
    status: 'done',
    n_objects: LEADS,
    n_objects_deleted: LEADS,
    n_objects_not_found: 0,
    n_objects_failed: 0,
    n_objects_unprocessed: 0,
    deleted_counts: counts,
  });
  expect((await undoing.client.get(`bulk_action/undo/${undoing.id}/`)).body).toMatchObject({
    status: 'done',
    n_objects: 3 * LEADS,
    n_objects_restored: 3 * LEADS,
    n_objects_not_found: 0,
    n_objects_failed: 0,
    restored_counts: counts,
  });
  expect((await readRowsOf(db, deleting.org)).map((rows) => rows.length)).toEqual([0, 0, LEADS, 2 * LEADS]);
  expect(await readRowsOf(db, undoing.org)).toEqual(deleted.before);
  for (const id of [decodeId('bulkdelete', deleting.id), decodeId('bulkundo', undoing.id)]) {
    const { rows } = await sql`
      select count(*) filter (where action = 'created')::int as created,
             count(*) filter (where action = 'completed')::int as completed,
             count(*) filter (where page_no is not null)::int as pages,
             sum((deleted_counts->>'lead')::int)::int as leads
      from event where object_id = ${id}
    `.execute(db);
    expect(rows).toEqual([{ created: 1, completed: 1, pages: LEADS / PAGE_SIZE, leads: LEADS }]);
  }
}

/** It learns that both its pages were taken from it, and nothing has become of what it did with them. */
async function expectFenced(db: Db, frozen: Frozen): Promise<void> {
  const ids = [decodeId('bulkdelete', frozen.deleting.id), decodeId('bulkundo', frozen.undoing.id)];
  await waitFor(
    () => {
      const said = linesOf(frozen.worker).filter(({ msg }) =>
        /^work (still )?waits for the database/.test(String(msg)),
      );
      return ids.every((id) => said.some((line) => line.id === id));
    },
    { what: 'the commits of both pages to fail', timeoutMs: 60_000 },
  );
  await expectExact(db, frozen);
}

/** A worker that is alone does a new bulk delete. */
async function expectToWork(db: Db, winnow: RunningWinnow): Promise<void> {
  const { org, client, id } = await startDeleting(db, winnow);
  expect(await client.waitForEnd(id)).toMatchObject({ status: 'done', n_objects_deleted: LEADS });
  expect((await readRowsOf(db, org)).map((rows) => rows.length)).toEqual([0, 0, LEADS, 2 * LEADS]);
}

async function end(worker: TestProcess): Promise<void> {
  worker.kill('SIGTERM');
  expect(await worker.exited).toEqual({ code: 0, signal: null });
}

/** What an organization has of leads and activities, live and archived, as Postgres prints it. */
async function readRowsOf(
  db: Db,
  { organizationId }: TestOrganization,
): Promise<readonly (readonly string[])[]> {
  const tables = ['lead', 'activity', 'archive.lead', 'archive.activity'];
  return Promise.all(
    tables.map(async (table) => {
      const rows = [...(await readRows(db, table)).values()];
      return rows.filter((text) => text.includes(organizationId)).sort();
    }),
  );
}

async function countUnfinished(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select (select count(*) from bulk_delete where date_finished is null)::int
      + (select count(*) from bulk_undo where date_finished is null)::int as n
  `.execute(db);
  return rows[0]?.n ?? -1;
}
