import { decodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { liveLeads } from '../support/account.ts';
import {
  buildPageGate,
  createDatabase,
  createOrganization,
  insertRow,
  type PageGate,
  readRows,
  requestFor,
  sortBy,
  type TestOrganization,
  waitFor,
} from '../support/index.ts';
import { type RunningWinnow, startWinnowProcesses, waitForStatus } from '../support/running-winnow.ts';

const ENDED = ['done', 'error', 'cancelled'];

let db: Db;
let org: TestOrganization;
let gate: PageGate;
let winnow: RunningWinnow;

beforeAll(async () => {
  const database = await createDatabase();
  db = database.db;
  await sql`create unique index one_external_id on lead (organization_id, external_id)`.execute(db);
  // In the middle of an undo's page.
  gate = await buildPageGate(database.url, 'archive.lead', 'archive.contact');
  winnow = await startWinnowProcesses('postgres', database.url, {
    apis: 2,
    workers: 2,
    env: { WINNOW_PAGE_SIZE: '1', WINNOW_LANES: '1' },
  });
});
beforeEach(async () => {
  org = await createOrganization(db);
});
afterEach(() => gate.open());
afterAll(async () => {
  await winnow.stop();
  await gate.end();
});

const client = (api = 0) => winnow.client(org.apiKey, api);
const own = () => ({ organization_id: org.organizationId });
const insertLead = (name: string) =>
  insertRow(db, 'lead', { ...own(), name, external_id: name, source: 'fair' });
const deleteAll = (objectType: string) =>
  client().startBulkDelete({
    s_query: requestFor(objectType, []).sQuery,
    sort: [sortBy(objectType, 'name', 'asc')],
    match_all: true,
    send_done_email: false,
  });
const askUndo = (id: string, api = 0) =>
  client(api).post(`bulk_action/delete/${id}/undo/`, { send_done_email: false });
const pathOf = (undoId: unknown) => `bulk_action/undo/${undoId}/`;
const untilEnded = (undoId: unknown) => waitForStatus(client(), pathOf(undoId), ENDED);

/** Deletes all objects of the type and holds an undo in its first page. It gives them back from the last to the first. */
async function deleteAndHoldUndo(objectType: string) {
  const id = await deleteAll(objectType);
  await client().waitForEnd(id);
  await gate.close();
  const { body } = await askUndo(id);
  await waitFor(async () => (await gate.countPages()) === 1, { what: 'the page', timeoutMs: 60_000 });
  return { id, undoId: String(body.id) };
}

async function conflictsOf(undoId: string) {
  const { body } = await client().get(`${pathOf(undoId)}conflicts/`);
  if (!Array.isArray(body.data)) throw new Error(JSON.stringify(body));
  return body.data.map((conflict) => ({
    code: conflict.code,
    id: decodeId('lead', conflict.object_id) ?? decodeId('cont', conflict.object_id),
  }));
}

it('an id and a unique value that are taken while it runs are conflicts, the rest comes back, and another undo takes them later', async () => {
  const [first, second, third] = [await insertLead('a'), await insertLead('b'), await insertLead('c')];
  const before = await readRows(db, 'lead');
  const { id, undoId } = await deleteAndHoldUndo('lead');
  await insertRow(db, 'lead', { ...own(), id: first, name: 'taken' });
  const usurper = await insertRow(db, 'lead', { ...own(), name: 'other', external_id: 'b' });
  await gate.open();
  expect(await untilEnded(undoId)).toMatchObject({
    status: 'done',
    n_objects_restored: 1,
    n_objects_failed: 2,
  });
  expect(await conflictsOf(undoId)).toEqual(
    expect.arrayContaining([
      { code: 'id_in_use', id: first },
      { code: 'unique_value_in_use', id: second },
    ]),
  );
  expect(await liveLeads(db, org.organizationId)).toEqual([first, third, usurper].sort());

  await sql`delete from lead where id in (${first}, ${usurper})`.execute(db);
  const again = await askUndo(id);
  expect(await untilEnded(again.body.id)).toMatchObject({
    status: 'done',
    n_objects: 2,
    n_objects_restored: 2,
  });
  const after = await readRows(db, 'lead');
  for (const lead of [first, second, third]) expect(after.get(lead)).toBe(before.get(lead));
});

it('a parent that goes while it runs is a conflict of what belonged to it; nothing hangs on nothing', async () => {
  const [stays, goes] = [await insertLead('stays'), await insertLead('goes')];
  const orphan = await insertRow(db, 'contact', { ...own(), lead_id: goes, name: 'a' });
  const child = await insertRow(db, 'contact', { ...own(), lead_id: stays, name: 'b' });
  const { undoId } = await deleteAndHoldUndo('contact');
  await sql`delete from lead where id = ${goes}`.execute(db);
  await gate.open();
  expect(await untilEnded(undoId)).toMatchObject({
    status: 'done',
    n_objects_restored: 1,
    n_objects_failed: 1,
  });
  expect(await conflictsOf(undoId)).toEqual([{ code: 'parent_gone', id: orphan }]);
  expect((await readRows(db, 'contact')).has(child)).toBe(true);
});

it('asked for by two processes at once is one undo, which both are answered with; afterwards there is nothing left', async () => {
  await insertLead('a');
  await insertLead('b');
  const id = await deleteAll('lead');
  await client().waitForEnd(id);
  await gate.close();
  const answers = await Promise.all([0, 1, 0, 1].map((api) => askUndo(id, api)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  await gate.open();
  expect(await untilEnded(answers[0]?.body.id)).toMatchObject({ status: 'done', n_objects_restored: 2 });
  expect(await askUndo(id, 1)).toMatchObject({ status: 409, body: { status: 'done' } });
});

it('asked for while the bulk delete runs or is paused is refused with its status; of a cancelled one it gives back what that took', async () => {
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) await insertLead(name);
  const path = (id: string) => `bulk_action/delete/${id}/`;
  const id = await db.transaction().execute(async (holder) => {
    await sql`select from lead where organization_id = ${org.organizationId} and name = 'c' for update`.execute(
      holder,
    );
    const running = await deleteAll('lead');
    await waitFor(async () => (await client().get(path(running))).body.n_objects_deleted === 2, {
      what: 'the page that waits',
      timeoutMs: 60_000,
    });
    expect(await askUndo(running, 1)).toMatchObject({ status: 409, body: { status: 'processing' } });
    await client(1).put(path(running), { status: 'paused' });
    return running;
  });
  await waitForStatus(client(), path(id), ['paused']);
  expect(await askUndo(id)).toMatchObject({ status: 409, body: { status: 'paused' } });
  expect(await client(1).put(path(id), { status: 'cancelled' })).toMatchObject({
    body: { status: 'cancelled', n_objects_deleted: 3, n_objects_unprocessed: 1 },
  });
  const undo = await askUndo(id);
  expect(await untilEnded(undo.body.id)).toMatchObject({
    status: 'done',
    n_objects: 3,
    n_objects_restored: 3,
  });
  expect(await liveLeads(db, org.organizationId)).toHaveLength(names.length);
});

/** The last: it changes the schema for all. */
it('a column added while it is paused gets its default; one dropped ends it in error, with what is not back in the archive', async () => {
  for (const name of ['a', 'b', 'c', 'd']) await insertLead(name);
  const { undoId } = await deleteAndHoldUndo('lead');
  const pauseAfterPage = async () => {
    await client(1).put(pathOf(undoId), { status: 'paused' });
    await gate.open();
    return waitForStatus(client(), pathOf(undoId), ['paused', ...ENDED]);
  };
  expect(await pauseAfterPage()).toMatchObject({ status: 'paused', n_objects_restored: 1 });
  await sql`alter table lead add column tier text not null default 'plain'`.execute(db);
  await gate.close();
  await client().put(pathOf(undoId), { status: 'resuming' });
  await waitFor(async () => (await gate.countPages()) === 1, { what: 'the next page', timeoutMs: 60_000 });
  expect(await pauseAfterPage()).toMatchObject({ status: 'paused', n_objects_restored: 2 });
  const { rows } = await sql`
    select tier from lead where organization_id = ${org.organizationId}
  `.execute(db);
  expect(rows).toEqual([{ tier: 'plain' }, { tier: 'plain' }]);

  await sql`alter table lead drop column source`.execute(db);
  await client().put(pathOf(undoId), { status: 'resuming' });
  const ended = await untilEnded(undoId);
  expect(ended).toMatchObject({ status: 'error', n_objects_restored: 2, n_objects_unprocessed: 2 });
  expect(ended.error_message).toMatch(/lead\.source is gone/);
  expect(winnow.workers.map((worker) => worker.output()).join('')).toContain('undo ended in error');
  const { rows: kept } = await sql`
    select from archive.lead where organization_id = ${org.organizationId}
  `.execute(db);
  expect(kept).toHaveLength(2);
});
