import { encodeId, newId } from '@winnow/catalog';
import { connect, type Db } from '@winnow/db';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { accountOf, liveLeads } from '../support/account.ts';
import {
  atFileEnd,
  buildPageGate,
  createDatabase,
  createOrganization,
  fieldCondition,
  insertRow,
  type PageGate,
  readRows,
  requestFor,
  type TestOrganization,
  waitFor,
} from '../support/index.ts';
import { type RunningWinnow, startWinnowProcesses } from '../support/running-winnow.ts';

const PAGE_SIZE = 2;

let db: Db;
let somebody: Db;
let org: TestOrganization;
let gate: PageGate;
let winnow: RunningWinnow;

beforeAll(async () => {
  const database = await createDatabase();
  db = database.db;
  // Sessions of their own, so that their transactions can stay open beside those of the test.
  somebody = connect({
    connectionString: database.url,
    applicationName: 'winnow-test-somebody',
    poolSize: 2,
    statementTimeoutMs: 60_000,
    onIdleError: () => {},
  });
  atFileEnd('somebody', () => somebody.destroy());
  gate = await buildPageGate(database.url, 'lead');
  winnow = await startWinnowProcesses('postgres', database.url, {
    apis: 1,
    workers: 1,
    env: { WINNOW_PAGE_SIZE: String(PAGE_SIZE), WINNOW_LANES: '1' },
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

const client = () => winnow.client(org.apiKey);
const own = () => ({ organization_id: org.organizationId });
const insertLead = (name: string, source = 'fair') => insertRow(db, 'lead', { ...own(), name, source });
const insertLeads = (n: number) => Promise.all(Array.from({ length: n }, (_, i) => insertLead(`Lead ${i}`)));
const deleteFair = () =>
  client().startBulkDelete({
    s_query: requestFor('lead', [fieldCondition('lead', 'source', { type: 'term', values: ['fair'] })])
      .sQuery,
    send_done_email: false,
  });

/** Starts the bulk delete and holds it in its first page; its other pages have not begun. @returns what is on them. */
async function startAndHold(): Promise<{ readonly id: string; readonly later: readonly string[] }> {
  await gate.close();
  const id = await deleteFair();
  await waitFor(async () => (await gate.countPages()) === 1, { what: 'the first page', timeoutMs: 60_000 });
  const { rows } = await sql<{ id: string }>`
    select unnest(object_ids)::text as id from bulk_delete_page join bulk_delete b on b.id = bulk_delete_id
    where b.organization_id = ${org.organizationId} and page_no > 1 order by page_no
  `.execute(db);
  return { id, later: rows.map((row) => row.id) };
}

async function letGo(id: string) {
  await gate.open();
  await client().waitForEnd(id);
  return accountOf(db, client(), id);
}

const organizationOf = async (leadId: string) =>
  (await sql<{ organization_id: string }>`select organization_id from lead where id = ${leadId}`.execute(db))
    .rows;

/** Waits until a statement like this waits for a lock. @param application whose it is. */
const waitsForLock = (application: string, statement: string) =>
  waitFor(
    async () => {
      const { rows } = await sql`
        select from pg_stat_activity where datname = current_database() and application_name = ${application}
          and wait_event_type = 'Lock' and query ~* ${statement}
      `.execute(db);
      return rows.length > 0;
    },
    { what: `"${statement}" of ${application} to wait`, timeoutMs: 60_000 },
  );

/** Does something in a transaction of somebody else's, which stays open until `commit`. */
async function begin(work: (trx: Db) => Promise<unknown>): Promise<{ commit(): Promise<void> }> {
  let letGoOf: () => void = () => {};
  const released = new Promise<void>((resolve) => {
    letGoOf = resolve;
  });
  let committed: Promise<void> = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    committed = somebody
      .transaction()
      .execute(async (trx) => {
        await work(trx);
        resolve();
        await released;
      })
      .catch(reject);
  });
  return {
    async commit() {
      letGoOf();
      await committed;
    },
  };
}

it('rows inserted while it runs are not in the frozen set, and stay', async () => {
  await insertLeads(6);
  const { id } = await startAndHold();
  const late = await insertLead('late');
  expect((await letGo(id)).record).toMatchObject({ status: 'done', n_objects: 6, n_objects_deleted: 6 });
  expect(await liveLeads(db, org.organizationId)).toEqual([late]);
});

it('rows that no longer match when their page comes are deleted: the set is frozen, not the condition', async () => {
  await insertLeads(6);
  const { id, later } = await startAndHold();
  await sql`update lead set source = 'shop' where id = any(${later}::uuid[])`.execute(db);
  expect((await letGo(id)).record).toMatchObject({ n_objects_deleted: 6, n_objects_not_found: 0 });
  expect(await liveLeads(db, org.organizationId)).toEqual([]);
});

it('rows moved to another organization while it runs are not found there, and stay with all that is theirs', async () => {
  await insertLeads(6);
  const { id, later } = await startAndHold();
  const other = await createOrganization(db);
  const [moved = ''] = later;
  await sql`update lead set organization_id = ${other.organizationId} where id = ${moved}`.execute(db);
  const contact = await insertRow(db, 'contact', { organization_id: other.organizationId, lead_id: moved });
  const { record, ids } = await letGo(id);
  expect(record).toMatchObject({ status: 'done', n_objects_deleted: 5, n_objects_failed: 0 });
  expect(ids.not_found).toEqual([moved]);
  expect(await organizationOf(moved)).toEqual([{ organization_id: other.organizationId }]);
  expect((await readRows(db, 'contact')).has(contact)).toBe(true);
});

it('rows deleted by somebody else while it runs, by SQL or through the API, are not found, and each is in one archive', async () => {
  await insertLeads(6);
  const { id, later } = await startAndHold();
  const [bySql = '', byApi = ''] = later;
  await db.transaction().execute(async (trx) => {
    // Past the gate.
    await sql`set local session_replication_role = replica`.execute(trx);
    await sql`delete from lead where id = ${bySql}`.execute(trx);
  });
  const byItsUrl = client().delete(`lead/${encodeId('lead', byApi)}/`);
  await waitFor(async () => (await gate.countPages()) === 2, { what: 'the other deletion' });
  const { record, ids } = await letGo(id);
  expect(record).toMatchObject({ status: 'done', n_objects: 6, n_objects_deleted: 4 });
  expect([...ids.not_found].sort()).toEqual([bySql, byApi].sort());
  expect((await byItsUrl).status).toBe(200);
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from archive.lead where id = ${byApi}
  `.execute(db);
  expect(rows).toEqual([{ n: 1 }]);
});

it('a child moved to a lead that stays is not taken; one moved to a lead of a later page goes with it', async () => {
  await insertLeads(4);
  const stays = await insertLead('stays', 'shop');
  const { id, later } = await startAndHold();
  const [target = ''] = later;
  const outward = await insertRow(db, 'contact', { ...own(), lead_id: target, name: 'out' });
  const email = await insertRow(db, 'contact_email', { ...own(), contact_id: outward, email: 'a@b.test' });
  const inward = await insertRow(db, 'contact', { ...own(), lead_id: stays, name: 'in' });
  await sql`update contact set lead_id = ${stays} where id = ${outward}`.execute(db);
  await sql`update contact set lead_id = ${target} where id = ${inward}`.execute(db);
  expect((await letGo(id)).record).toMatchObject({
    status: 'done',
    deleted_counts: { lead: 4, contact: 1 },
  });
  const contacts = await readRows(db, 'contact');
  expect([contacts.has(outward), contacts.has(inward)]).toEqual([true, false]);
  expect((await readRows(db, 'contact_email')).has(email)).toBe(true);
});

it('a child that is being moved away when its page comes is waited for, and stays', async () => {
  await insertLeads(1);
  const [target] = await liveLeads(db, org.organizationId);
  const stays = await insertLead('stays', 'shop');
  const contact = await insertRow(db, 'contact', { ...own(), lead_id: target });
  const task = await insertRow(db, 'task', { ...own(), lead_id: target, text: 'call' });
  const move = (table: string, child: string) =>
    begin((trx) => sql`update ${sql.table(table)} set lead_id = ${stays} where id = ${child}`.execute(trx));
  const [contactMove, taskMove] = [await move('contact', contact), await move('task', task)];

  const id = await deleteFair();
  await waitsForLock('winnow-worker', 'contact');
  await contactMove.commit();
  await waitsForLock('winnow-worker', 'task');
  await taskMove.commit();
  await client().waitForEnd(id);
  expect((await accountOf(db, client(), id)).record).toMatchObject({ deleted_counts: { lead: 1 } });
  expect((await readRows(db, 'contact')).has(contact)).toBe(true);
  expect((await readRows(db, 'task')).has(task)).toBe(true);
});

it('a child that is being inserted when its page comes is waited for, and goes with its lead', async () => {
  await insertLeads(2);
  const [target] = await liveLeads(db, org.organizationId);
  const inserting = await begin((trx) => insertRow(trx, 'contact', { ...own(), lead_id: target }));
  const id = await deleteFair();
  await waitsForLock('winnow-worker', 'from .*lead');
  await inserting.commit();
  await client().waitForEnd(id);
  expect((await accountOf(db, client(), id)).record).toMatchObject({
    deleted_counts: { lead: 2, contact: 1 },
  });
  expect(await countOrphans()).toBe(0);
});

it('a child inserted into a target while its page runs waits for the page and is refused: no orphan, and 400 by the API', async () => {
  await insertLeads(2);
  const [target = ''] = await liveLeads(db, org.organizationId);
  const { id } = await startAndHold();
  const bySql = insertRow(somebody, 'contact', { ...own(), id: newId(), lead_id: target }).catch(
    (error: unknown) => error,
  );
  await waitsForLock('winnow-test-somebody', 'insert into "contact"');
  const byApi = client().post('contact/', { lead_id: encodeId('lead', target), name: 'Late' });
  await waitsForLock('winnow-api', 'contact');
  expect((await letGo(id)).record).toMatchObject({ status: 'done', deleted_counts: { lead: 2 } });
  expect(await bySql).toMatchObject({ code: '23503' });
  const refused = await byApi;
  expect(refused.status).toBe(400);
  expect(refused.body['field-errors']).toHaveProperty('lead_id');
  expect(await countOrphans()).toBe(0);
});

async function countOrphans(): Promise<number> {
  const { rows } = await sql`
    select from contact where not exists (select from lead where lead.id = contact.lead_id)
  `.execute(db);
  return rows.length;
}
