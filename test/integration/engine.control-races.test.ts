import {
  type Control,
  controlBulkDelete,
  controlBulkUndo,
  createBulkDelete,
  deleteByIds,
  runBulkActionSlice,
} from '@winnow/bulk-delete';
import { newId } from '@winnow/catalog';
import {
  type BulkDeleteRow,
  type Db,
  findBulkDeleteForWork,
  findBulkUndoForWork,
  interruptResolving,
  takeLane,
} from '@winnow/db';
import { type RawBuilder, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  actorOf,
  buildPageGate,
  createDatabase,
  createEngine,
  createOrganization,
  insertRow,
  type PageGate,
  requestFor,
  startUndo,
  type TestOrganization,
  waitFor,
  workToEnd,
  workUndoToEnd,
} from '../support/index.ts';
import { beginElsewhere } from '../support/other-transaction.ts';

let db: Db;
let url: string;
let org: TestOrganization;
let deps: ReturnType<typeof createEngine>;

beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
  deps = createEngine(db, { pageSize: 1, lanes: 2, sliceMs: 60_000 });
});

const addLead = () => insertRow(db, 'lead', { organization_id: org.organizationId, name: 'Lead' });
const start = () => createBulkDelete(deps, actorOf(org), requestFor('lead', []));
const slice = (id: string) => runBulkActionSlice(deps, id, new AbortController().signal);
const ask = (id: string, wanted: Control) => controlBulkDelete(deps, actorOf(org), { id, wanted });
const rowOf = async (id: string): Promise<BulkDeleteRow> => {
  const row = await findBulkDeleteForWork(db, id);
  if (!row) throw new Error('the bulk delete is gone');
  return row;
};

/** Somebody else asks for a lock on a table, and has it when all who write to the table have ended; others wait then. */
async function holdTable(table: string) {
  const other = await beginElsewhere(url);
  const held = sql`lock table ${sql.table(table)} in exclusive mode`.execute(other.trx);
  return {
    held,
    async letGo() {
      await held;
      await other.letGo();
    },
  };
}

/** Waits until somebody waits for a lock on this table: in its transaction, and no other. */
const waitForWaiter = (table: string) =>
  waitFor(async () => (await countWaiters(sql`relation = ${table}::regclass`)) > 0, {
    what: `somebody to wait for ${table}`,
  });

async function countWaiters(which: RawBuilder<unknown>): Promise<number> {
  const { rows } = await sql`select from pg_locks where not granted and ${which}`.execute(db);
  return rows.length;
}

/** Lets go of a table when what is asked has been answered, or waits for whoever waits for the table. */
async function letGoAfter<T>(asking: Promise<T>, table: { letGo(): Promise<void> }): Promise<T> {
  let isAnswered = false;
  const note = () => {
    isAnswered = true;
  };
  asking.then(note, note);
  await waitFor(async () => isAnswered || (await countWaiters(sql`locktype = 'transactionid'`)) > 0, {
    what: 'the answer, or the asking to wait',
  });
  await table.letGo();
  return asking;
}

describe('A record that refuses and is about to be counted', () => {
  let id: string;
  let gate: PageGate;

  beforeEach(async () => {
    await addLead();
    gate = await buildPageGate(url, 'lead');
    // Of two triggers for the same event the second is the one whose name comes later.
    await sql
      .raw(`
        create function tell_no() returns trigger language plpgsql as $$ begin raise 'this one stays'; end $$;
        create trigger tell_no after delete on lead for each statement execute function tell_no()
      `)
      .execute(db);
    ({ id } = await start());
  });
  afterEach(() => gate.end());

  it('is not counted after a pause, and is when it goes on.', async () => {
    expect(await stopBeforeItIsCounted('paused')).toMatchObject({ status: 'paused', n_objects_failed: 0 });
    expect(await rowOf(id)).toMatchObject({ n_objects_failed: 0, n_objects_unprocessed: 1 });
    await ask(id, 'resuming');
    expect(await workToEnd(deps, id)).toMatchObject({ status: 'done', n_objects_failed: 1 });
  });

  it('is not counted after a cancel.', async () => {
    const answer = await stopBeforeItIsCounted('cancelled');
    expect(answer).toMatchObject({ status: 'cancelled', n_objects_failed: 0, n_objects_unprocessed: 1 });
    expect(await rowOf(id)).toEqual(answer);
  });

  /** The page has rolled back and holds no lane any more; what it failed of is not on record yet. */
  async function stopBeforeItIsCounted(wanted: Control) {
    await gate.close();
    const working = slice(id);
    await gate.waitForPage();
    const pages = await holdTable('bulk_delete_page');
    await waitForWaiter('bulk_delete_page');
    await gate.open();
    await pages.held;
    await waitForWaiter('bulk_delete_page');
    const answer = await ask(id, wanted);
    await pages.letGo();
    await working;
    return answer;
  }

  it('comes before a cancel that finds it being counted: then it is done.', async () => {
    const failures = await holdTable('bulk_delete_failure');
    await failures.held;
    const working = slice(id);
    await waitForWaiter('bulk_delete_failure');
    await expect(letGoAfter(ask(id, 'cancelled'), failures)).rejects.toMatchObject({ status: 'done' });
    await working;
    expect(await rowOf(id)).toMatchObject({ status: 'done', n_objects_failed: 1 });
  });
});

it('What an undo cannot give back is on record before a cancel that finds it being recorded, and never after.', async () => {
  await addLead();
  await addLead();
  const { id: bulkDeleteId } = await start();
  await workToEnd(deps, bulkDeleteId);
  const { id } = await startUndo(deps, org, bulkDeleteId);
  const conflicts = await holdTable('bulk_undo_conflict');
  // Its pages find no way to write for so long that each record becomes a conflict.
  const leads = await holdTable('lead');
  await Promise.all([conflicts.held, leads.held]);
  const { settings } = deps;
  const hasty = { ...deps, settings: { ...settings, page: { ...settings.page, lockTimeoutMs: 20 } } };
  const working = workUndoToEnd(hasty, id);
  await waitForWaiter('bulk_undo_conflict');

  const answer = await letGoAfter(
    controlBulkUndo(deps, actorOf(org), { id, wanted: 'cancelled' }),
    conflicts,
  );
  await leads.letGo();
  await working;
  expect(answer).toMatchObject({ status: 'cancelled' });
  expect(await findBulkUndoForWork(db, id)).toEqual(answer);
});

describe('While the query is being resolved', () => {
  beforeEach(async () => void (await addLead()));

  it('an interruption that was asked for and taken back, or meant for another, is no time-out: it is resolved anew.', async () => {
    const { id } = await start();
    const pages = await holdTable('bulk_delete_page');
    await pages.held;
    const working = slice(id);
    await waitForWaiter('bulk_delete_page');
    await interruptResolving(db, id);
    expect(await working).toEqual({ kind: 'nothing' });
    await pages.letGo();
    expect(await workToEnd(deps, id)).toMatchObject({ status: 'done', n_objects_deleted: 1 });
  });

  it('a query that takes longer than it may ends it in error.', async () => {
    const impatient = { ...deps, settings: { ...deps.settings, resolveTimeoutMs: 300 } };
    const { id } = await start();
    const pages = await holdTable('bulk_delete_page');
    await pages.held;
    await runBulkActionSlice(impatient, id, new AbortController().signal);
    await pages.letGo();
    const { status, error_message: message } = await rowOf(id);
    expect([status, message]).toEqual(['error', expect.stringContaining('could not be resolved within')]);
  });

  it('the pace does not count that time.', async () => {
    await addLead();
    const { id } = await start();
    const pages = await holdTable('bulk_delete_page');
    await pages.held;
    const working = slice(id);
    await waitForWaiter('bulk_delete_page');
    const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
    await pages.letGo();
    await working;
    const { date_resolved: resolved, date_updated: updated } = await rowOf(id);
    expect(Number(resolved)).toBeGreaterThanOrEqual(Number(rows[0]?.now));
    expect(Number(updated)).toBeGreaterThanOrEqual(Number(resolved));
  });
});

it('A resuming bulk delete that is asked to pause goes on when the pause is taken back, and is not resumed out of a cancel.', async () => {
  await addLead();
  const { id } = await start();
  await ask(id, 'paused');
  await ask(id, 'resuming');
  // Somebody has a page in hand, so that what is asked stays asked.
  const other = await beginElsewhere(url);
  await takeLane(other.trx, id, 1);
  expect(await ask(id, 'paused')).toMatchObject({ status: 'resuming', asked: 'pause' });
  expect(await ask(id, 'resuming')).toMatchObject({ status: 'resuming', asked: null });
  await ask(id, 'cancelled');
  await expect(ask(id, 'resuming')).rejects.toMatchObject({ status: 'resuming', allowed: ['cancelled'] });
  await other.letGo();
});

it('The same holds for an undo.', async () => {
  await addLead();
  const { id: bulkDeleteId } = await start();
  await workToEnd(deps, bulkDeleteId);
  const { id } = await startUndo(deps, org, bulkDeleteId);
  const askUndo = (wanted: Control) => controlBulkUndo(deps, actorOf(org), { id, wanted });
  await askUndo('paused');
  await askUndo('resuming');
  const other = await beginElsewhere(url);
  await takeLane(other.trx, id, 1);
  expect(await askUndo('paused')).toMatchObject({ status: 'resuming', asked: 'pause' });
  expect(await askUndo('resuming')).toMatchObject({ status: 'resuming', asked: null });
  await askUndo('cancelled');
  await expect(askUndo('resuming')).rejects.toMatchObject({ status: 'resuming', allowed: ['cancelled'] });
  await other.letGo();
});

it('A caller who deletes by ids waits for a page that a worker has taken from under him.', async () => {
  const ids = [await addLead(), await addLead()].sort();
  const [first, second] = [await beginElsewhere(url), await beginElsewhere(url)];
  await sql`select from lead where id = ${ids[0]} for update`.execute(first.trx);
  await sql`select from lead where id = ${ids[1]} for update`.execute(second.trx);
  const id = newId();
  const deleting = deleteByIds(deps, actorOf(org), { id, objectType: 'lead', ids, source: 'ids' });
  const countWaiting = () => countWaiters(sql`locktype = 'transactionid'`);
  await waitFor(async () => (await countWaiting()) === 1, { what: 'the first page to wait' });
  const working = slice(id);
  await waitFor(async () => (await countWaiting()) === 2, { what: 'the second page to wait' });
  await first.letGo();
  await waitFor(async () => (await rowOf(id)).n_objects_deleted === 1, { what: 'the first page' });
  await second.letGo();
  expect(await deleting).toMatchObject({ status: 'done', n_objects_deleted: 2 });
  await working;
});

it('A worker that finds no page because others have them all leaves, and does not come back at once.', async () => {
  await addLead();
  const gate = await buildPageGate(url, 'lead');
  const { id } = await start();
  await gate.close();
  const working = slice(id);
  await gate.waitForPage();
  expect(await slice(id)).toEqual({ kind: 'nothing' });
  await gate.open();
  expect(await working).toEqual({ kind: 'finished' });
  await gate.end();
});
