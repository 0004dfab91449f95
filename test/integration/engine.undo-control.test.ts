import {
  type Control,
  ControlError,
  controlBulkUndo,
  createBulkDelete,
  findIdleBulkUndos,
  runBulkActionSlice,
} from '@winnow/bulk-delete';
import { type BulkUndoRow, type Db, findBulkUndoForWork } from '@winnow/db';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  actorOf,
  buildPageGate,
  countRows,
  createDatabase,
  createEngine,
  createOrganization,
  insertLeadFamily,
  readRows,
  requestFor,
  startUndo,
  type TestOrganization,
  undo,
  workToEnd,
  workUndoToEnd,
} from '../support/index.ts';

const LEADS = 6;

let db: Db;
let url: string;
let org: TestOrganization;
let deps: ReturnType<typeof createEngine>;
let bulkDeleteId: string;
let before: ReadonlyMap<string, string>;

beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
  deps = createEngine(db, { pageSize: 1, lanes: 2, sliceMs: 60_000 });
  for (let i = 0; i < LEADS; i += 1) await insertLeadFamily(db, org.organizationId);
  before = await readRows(db, 'lead');
  bulkDeleteId = await deleteAll();
});

async function deleteAll(): Promise<string> {
  const { id } = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
  await workToEnd(deps, id);
  return id;
}

const slice = (id: string) => runBulkActionSlice(deps, id, new AbortController().signal);
const rowOf = async (id: string): Promise<BulkUndoRow | undefined> => findBulkUndoForWork(db, id);
const ask = (id: string, wanted: Control) => controlBulkUndo(deps, actorOf(org), { id, wanted });
const actionsOf = async (id: string) => {
  const rows = await db
    .selectFrom('event')
    .select('action')
    .where('object_id', '=', id)
    .where('page_no', 'is', null)
    .where('action', '<>', 'updated')
    .orderBy('date_created')
    .execute();
  return rows.map(({ action }) => action);
};

describe('While a page of an undo is in hand', () => {
  it('pausing finishes that page and no other, and going on does the rest.', async () => {
    const gate = await buildPageGate(url, 'archive.lead');
    const { id } = await startUndo(deps, org, bulkDeleteId);
    await gate.close();
    const working = slice(id);
    await gate.waitForPage();
    // A second worker leaves: it may not take the page behind it.
    expect(await slice(id)).toEqual({ kind: 'nothing' });

    expect(await ask(id, 'paused')).toMatchObject({ status: 'processing', asked: 'pause' });
    await gate.open();
    expect(await working).toEqual({ kind: 'nothing' });

    expect(await rowOf(id)).toMatchObject({ status: 'paused', asked: null, n_pages_done: 1 });
    expect(await countRows(db, 'lead')).toBe(1);
    expect(await slice(id)).toEqual({ kind: 'nothing' });
    expect(await ask(id, 'resuming')).toMatchObject({ status: 'resuming' });
    expect(await workUndoToEnd(deps, id)).toMatchObject({ status: 'done', n_objects_restored: 10 * LEADS });
    expect(await readRows(db, 'lead')).toEqual(before);
    expect(await actionsOf(id)).toEqual(['created', 'paused', 'resumed', 'completed']);
    await gate.end();
  });

  it('cancelling leaves the rest in the archive, for another undo, and cannot be taken back.', async () => {
    const gate = await buildPageGate(url, 'archive.lead');
    const { id } = await startUndo(deps, org, bulkDeleteId);
    await gate.close();
    const working = slice(id);
    await gate.waitForPage();
    await ask(id, 'cancelled');
    await expect(ask(id, 'resuming')).rejects.toMatchObject({ status: 'processing', allowed: ['cancelled'] });
    await gate.open();
    await working;

    expect(await rowOf(id)).toMatchObject({ status: 'cancelled', n_objects_restored: 10 });
    expect(await slice(id)).toEqual({ kind: 'finished' });
    await expect(ask(id, 'paused')).rejects.toThrow(ControlError);
    expect(await undo(deps, org, bulkDeleteId)).toMatchObject({
      status: 'done',
      n_objects: 10 * (LEADS - 1),
      n_pages: LEADS - 1,
    });
    expect(await readRows(db, 'lead')).toEqual(before);
    await gate.end();
  });
});

it('An undo that is paused blocks no lane and is not found idle; one that nobody works on is.', async () => {
  const { id } = await startUndo(deps, org, bulkDeleteId);
  expect(await findIdleBulkUndos(deps)).toEqual([id]);
  await db.transaction().execute(async (holder) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${id}, 1))`.execute(holder);
    expect(await findIdleBulkUndos(deps)).toEqual([]);
  });
  await ask(id, 'paused');
  expect(await findIdleBulkUndos(deps)).toEqual([]);
  await ask(id, 'resuming');
  expect(await findIdleBulkUndos(deps)).toEqual([id]);
  await workUndoToEnd(deps, id);
  expect(await findIdleBulkUndos(deps)).toEqual([]);
});

it('A page that cannot have its lock is tried again, and the undo ends exact.', async () => {
  const hurried = createEngine(db, {
    pageSize: 1,
    page: { statementTimeoutMs: 60_000, lockTimeoutMs: 50, idleTimeoutMs: 60_000 },
  });
  const { id } = await startUndo(deps, org, bulkDeleteId);
  await db.transaction().execute(async (holder) => {
    await sql`lock table contact in exclusive mode`.execute(holder);
    expect(await runBulkActionSlice(hurried, id, new AbortController().signal)).toMatchObject({
      kind: 'later',
    });
    expect(await countRows(db, 'bulk_undo_conflict')).toBe(0);
  });
  expect(await workUndoToEnd(hurried, id)).toMatchObject({ status: 'done', n_objects_restored: 10 * LEADS });
  expect(await readRows(db, 'lead')).toEqual(before);
});

it('Deleting what comes back while it comes back loses nothing: every record is live or in one archive.', async () => {
  const { id } = await startUndo(deps, org, bulkDeleteId);
  let deletions = 0;
  const undoing = workUndoToEnd(createEngine(db, { sliceMs: 1 }), id).finally(() => {
    deletions = Number.POSITIVE_INFINITY;
  });
  while (deletions < 10) {
    await deleteAll();
    deletions += 1;
  }
  expect(await undoing).toMatchObject({ status: 'done' });

  for (const [table, n] of [
    ['lead', LEADS],
    ['contact', LEADS],
    ['activity', 2 * LEADS],
    ['opportunity', LEADS],
  ] as const) {
    const { rows } = await sql<{ id: string }>`
      select id from ${sql.table(table)} union all select id from ${sql.table(`archive.${table}`)}
    `.execute(db);
    expect(rows).toHaveLength(n);
    expect(new Set(rows.map((row) => row.id)).size).toBe(n);
  }
  // Undone from the last to the first, all of it is there again.
  await deleteAll();
  const all = await db.selectFrom('bulk_delete').select('id').orderBy('date_finished', 'desc').execute();
  for (const bulkDelete of all) await undo(deps, org, bulkDelete.id).catch(() => undefined);
  expect(await readRows(db, 'lead')).toEqual(before);
});
