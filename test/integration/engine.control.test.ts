import {
  type Control,
  ControlError,
  controlBulkDelete,
  createBulkDelete,
  expireLongPaused,
  runSlice,
  TRANSITIONS,
} from '@winnow/bulk-delete';
import { type BulkDeleteRow, type Db, findBulkDeleteForWork } from '@winnow/db';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  actorOf,
  buildPageGate,
  countRows,
  createDatabase,
  createEngine,
  createOrganization,
  fieldCondition,
  insertRow,
  requestFor,
  type TestOrganization,
  waitFor,
  workToEnd,
} from '../support/index.ts';

const LEADS = 6;

let db: Db;
let url: string;
let org: TestOrganization;
let deps: ReturnType<typeof createEngine>;

beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
  await logStatusChanges();
  deps = createEngine(db, { pageSize: 1, lanes: 2, sliceMs: 60_000 });
  for (let i = 0; i < LEADS; i += 1)
    await insertRow(db, 'lead', { organization_id: org.organizationId, name: `Lead ${i}` });
});

/** Every change of status of the test, whoever made it, is one of the table. */
afterEach(async () => {
  const { rows } = await sql<{ was: keyof typeof TRANSITIONS; became: keyof typeof TRANSITIONS }>`
    select was, became from status_change
  `.execute(db);
  expect(rows.length).toBeGreaterThan(0);
  for (const { was, became } of rows) expect(TRANSITIONS[was], `${was} to ${became}`).toHaveProperty(became);
});

async function logStatusChanges(): Promise<void> {
  await sql
    .raw(`
      create table status_change (was text, became text);
      create function log_status_change() returns trigger language plpgsql as
        $$ begin insert into status_change values (old.status, new.status); return null; end $$;
      create trigger log_status_change after update of status on bulk_delete
        for each row when (old.status <> new.status) execute function log_status_change()
    `)
    .execute(db);
}

const never = new AbortController().signal;
const start = () => createBulkDelete(deps, actorOf(org), requestFor('lead', []));
const slice = (id: string) => runSlice(deps, id, never);
const ask = async (id: string, wanted: Control): Promise<BulkDeleteRow> => {
  const row = await controlBulkDelete(deps, actorOf(org), { id, wanted });
  if (!row) throw new Error('the bulk delete is gone');
  return row;
};
const rowOf = async (id: string): Promise<BulkDeleteRow> => {
  const row = await findBulkDeleteForWork(db, id);
  if (!row) throw new Error('the bulk delete is gone');
  return row;
};
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

describe('Pausing', () => {
  it('before a worker has come stops it at once, and going on does all of it.', async () => {
    const { id } = await start();
    expect(await ask(id, 'paused')).toMatchObject({ status: 'paused', asked: null, n_objects: null });
    expect(await slice(id)).toEqual({ kind: 'nothing' });
    expect(await countRows(db, 'lead')).toBe(LEADS);
    expect(await ask(id, 'resuming')).toMatchObject({ status: 'resuming' });
    expect(await workToEnd(deps, id)).toMatchObject({ status: 'done', n_objects_deleted: LEADS });
    expect(await actionsOf(id)).toEqual(['created', 'paused', 'resumed', 'completed']);
  });

  it('in the middle of a page finishes that page and no other, and keeps the frozen set.', async () => {
    const gate = await buildPageGate(url, 'lead');
    const { id } = await start();
    await gate.close();
    const working = slice(id);
    await gate.waitForPage();

    // The page cannot end: the answer says what is true, and what is asked.
    expect(await ask(id, 'paused')).toMatchObject({ status: 'processing', asked: 'pause' });
    await gate.open();
    expect(await working).toEqual({ kind: 'nothing' });

    expect(await rowOf(id)).toMatchObject({
      status: 'paused',
      asked: null,
      n_objects: LEADS,
      n_objects_processed: 1,
    });
    expect(await countRows(db, 'lead')).toBe(LEADS - 1);
    // What has come since was not in the set; what has gone is counted as not found.
    await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'late' });
    await sql`delete from lead where name = 'Lead 5'`.execute(db);
    await ask(id, 'resuming');
    expect(await workToEnd(deps, id)).toMatchObject({
      status: 'done',
      n_objects: LEADS,
      n_objects_deleted: LEADS - 1,
      n_objects_not_found: 1,
    });
    expect(await countRows(db, 'lead')).toBe(1);
    await gate.end();
  });

  it('is settled by the last of several pages in hand.', async () => {
    const gate = await buildPageGate(url, 'lead');
    const { id } = await start();
    await gate.close();
    const first = slice(id);
    await gate.waitForPage();
    const second = slice(id);
    await gate.waitForPage();
    await ask(id, 'paused');
    await gate.open();
    await Promise.all([first, second]);
    expect(await rowOf(id)).toMatchObject({ status: 'paused', asked: null, n_objects_processed: 2 });
    await gate.end();
  });

  it('while the last page is in hand comes too late: it is done, and nothing is asked of it any more.', async () => {
    const gate = await buildPageGate(url, 'lead');
    const { id } = await createBulkDelete(
      deps,
      actorOf(org),
      requestFor('lead', [fieldCondition('lead', 'name', { type: 'term', values: ['Lead 0'] })]),
    );
    await gate.close();
    const working = slice(id);
    await gate.waitForPage();
    await ask(id, 'paused');
    await gate.open();
    await working;
    expect(await rowOf(id)).toMatchObject({ status: 'done', asked: null, n_objects_deleted: 1 });
    expect(await actionsOf(id)).toEqual(['created', 'completed']);
    await gate.end();
  });

  it('twice is pausing once, and so is resuming.', async () => {
    const { id } = await start();
    const paused = await ask(id, 'paused');
    expect(await ask(id, 'paused')).toEqual(paused);
    const resumed = await ask(id, 'resuming');
    expect(await ask(id, 'resuming')).toEqual(resumed);
    expect(await actionsOf(id)).toEqual(['created', 'paused', 'resumed']);
  });

  it('can be taken back while a page is in hand.', async () => {
    const gate = await buildPageGate(url, 'lead');
    const { id } = await start();
    await gate.close();
    const working = slice(id);
    await gate.waitForPage();
    await ask(id, 'paused');
    expect(await ask(id, 'resuming')).toMatchObject({ status: 'processing', asked: null });
    await gate.open();
    await working;
    expect(await workToEnd(deps, id)).toMatchObject({ status: 'done', n_objects_deleted: LEADS });
    expect(await actionsOf(id)).toEqual(['created', 'completed']);
    await gate.end();
  });
});

describe('Cancelling', () => {
  it('says exactly what was deleted and leaves the rest untouched, for good.', async () => {
    const gate = await buildPageGate(url, 'lead');
    const { id } = await start();
    await gate.close();
    const working = slice(id);
    await gate.waitForPage();
    await ask(id, 'cancelled');
    await gate.open();
    await working;

    const cancelled = await rowOf(id);
    expect(cancelled).toMatchObject({ status: 'cancelled', n_objects: LEADS, n_objects_processed: 1 });
    expect(cancelled.date_finished).not.toBeNull();
    expect(await slice(id)).toEqual({ kind: 'finished' });
    expect(await countRows(db, 'lead')).toBe(LEADS - 1);
    for (const wanted of ['paused', 'resuming'] as const) {
      await expect(ask(id, wanted)).rejects.toThrow(ControlError);
    }
    expect(await ask(id, 'cancelled')).toEqual(cancelled);
    expect(await actionsOf(id)).toEqual(['created', 'cancelled']);
    await gate.end();
  });

  it('cannot be taken back, not even while a page is in hand.', async () => {
    const gate = await buildPageGate(url, 'lead');
    const { id } = await start();
    await gate.close();
    const working = slice(id);
    await gate.waitForPage();
    await ask(id, 'cancelled');
    await expect(ask(id, 'resuming')).rejects.toMatchObject({ status: 'processing', allowed: ['cancelled'] });
    await expect(ask(id, 'paused')).rejects.toThrow(/cannot be taken back/);
    await gate.open();
    await working;
    expect(await rowOf(id)).toMatchObject({ status: 'cancelled' });
    await gate.end();
  });

  it('ends one that is paused, and one that nobody has begun.', async () => {
    const paused = await start();
    await ask(paused.id, 'paused');
    expect(await ask(paused.id, 'cancelled')).toMatchObject({ status: 'cancelled', date_paused: null });
    const created = await start();
    expect(await ask(created.id, 'cancelled')).toMatchObject({ status: 'cancelled', n_objects: null });
    expect(await countRows(db, 'lead')).toBe(LEADS);
    expect(await countRows(db, 'bulk_delete_page')).toBe(0);
  });

  it('overrules a pause that is asked.', async () => {
    const gate = await buildPageGate(url, 'lead');
    const { id } = await start();
    await gate.close();
    const working = slice(id);
    await gate.waitForPage();
    await ask(id, 'paused');
    await ask(id, 'cancelled');
    await gate.open();
    await working;
    expect(await rowOf(id)).toMatchObject({ status: 'cancelled' });
    await gate.end();
  });
});

describe('While the query is being resolved', () => {
  it.each([
    ['paused', { status: 'paused', n_objects: null, asked: null }],
    ['cancelled', { status: 'cancelled', n_objects: null, asked: null }],
  ] as const)('being %s interrupts it, and nothing is frozen.', async (wanted, expected) => {
    const { id } = await start();
    // The first statement that resolves waits for this lock: it must be interrupted, not waited for.
    const held = await holdTable('bulk_delete_page');
    const working = slice(id);
    await waitFor(async () => (await rowOf(id)).status === 'loading', { what: 'resolving to begin' });
    await waitFor(held.isWaitedFor, { what: 'resolving to wait' });

    expect(await ask(id, wanted)).toMatchObject(expected);
    expect(await working).toEqual({ kind: 'nothing' });
    await held.letGo();
    expect(await countRows(db, 'bulk_delete_page')).toBe(0);
    if (wanted === 'paused') {
      await ask(id, 'resuming');
      expect(await workToEnd(deps, id)).toMatchObject({ status: 'done', n_objects_deleted: LEADS });
    } else {
      expect(await countRows(db, 'lead')).toBe(LEADS);
    }
  });
});

it('A bulk delete that is paused for too long ends by itself, with the reason.', async () => {
  const [tooLong, stillGood] = [await start(), await start()];
  await ask(tooLong.id, 'paused');
  await ask(stillGood.id, 'paused');
  await sql`update bulk_delete set date_paused = now() - interval '7 days 1 minute' where id = ${tooLong.id}`.execute(
    db,
  );
  await expireLongPaused(deps);
  expect(await rowOf(tooLong.id)).toMatchObject({ status: 'error', date_paused: null });
  expect((await rowOf(tooLong.id)).error_message).toMatch(/paused for more than 7 days/);
  expect(await rowOf(stillGood.id)).toMatchObject({ status: 'paused' });
  expect(await actionsOf(tooLong.id)).toEqual(['created', 'paused', 'failed']);
});

describe('One that has ended', () => {
  it.each(['paused', 'resuming', 'cancelled'] as const)('cannot be %s.', async (wanted) => {
    const { id } = await start();
    const done = await workToEnd(deps, id);
    await expect(ask(id, wanted)).rejects.toMatchObject({ status: 'done', allowed: [] });
    expect(await rowOf(id)).toEqual(done);
  });
});

it('A pause of more than seven days cannot be ended by resuming.', async () => {
  const { id } = await start();
  await ask(id, 'paused');
  await sql`update bulk_delete set date_paused = now() - interval '7 days 1 minute' where id = ${id}`.execute(
    db,
  );
  await expect(ask(id, 'resuming')).rejects.toThrow(/7 days/);
  expect(await ask(id, 'cancelled')).toMatchObject({ status: 'cancelled' });
});

it('Another organization’s bulk delete is like a missing one.', async () => {
  const { id } = await start();
  const stranger = await createOrganization(db);
  expect(await controlBulkDelete(deps, actorOf(stranger), { id, wanted: 'cancelled' })).toBeUndefined();
  expect(await rowOf(id)).toMatchObject({ status: 'created', asked: null });
  expect(await workToEnd(deps, id)).toMatchObject({ status: 'done' });
});

async function holdTable(table: string) {
  let letGo: () => void = () => {};
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let held: () => void = () => {};
  const isHeld = new Promise<void>((resolve) => {
    held = resolve;
  });
  const holding = db.transaction().execute(async (trx) => {
    await sql`lock table ${sql.table(table)} in access exclusive mode`.execute(trx);
    held();
    await released;
  });
  await isHeld;
  return {
    isWaitedFor: async () => {
      const { rows } =
        await sql`select from pg_locks where not granted and relation = ${table}::regclass`.execute(db);
      return rows.length > 0;
    },
    async letGo() {
      letGo();
      await holding;
    },
  };
}
