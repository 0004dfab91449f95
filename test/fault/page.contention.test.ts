import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ALL_LEADS,
  beginElsewhere,
  conflictsOf,
  countRows,
  createDatabase,
  createOrganization,
  describeOnEachQueue,
  expectDeletedOnce,
  expectRestoredOnce,
  type FaultProcesses,
  type FaultWorld,
  GATE_PATIENCE,
  insertFaultLeads,
  linesOf,
  type OtherTransaction,
  queueFor,
  readFaultWorld,
  startFaultProcesses,
  type TestOrganization,
  waitFor,
} from '../support/index.ts';

const LOCKED = 'Somebody else holds a lock on its records (55P03). It is tried again by itself.';
const DEADLOCK = 'It met a deadlock with somebody else (40P01). It is tried again by itself.';

let db: Db;
let url: string;
let org: TestOrganization;
let leads: number;
let before: FaultWorld;
let other: OtherTransaction;

beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
  leads = await insertFaultLeads(db, org);
  before = await readFaultWorld(db);
  other = await beginElsewhere(url);
});
afterEach(() => other.letGo());

const leadNo = (i: number) => `00000000-0000-7000-8000-${String(i).padStart(12, '0')}`;

async function holdLead(i: number): Promise<void> {
  await sql`select from lead where id = ${leadNo(i)} for update`.execute(other.trx);
}

async function waitForReason({ client }: FaultProcesses, path: string, reason: string): Promise<void> {
  await waitFor(async () => (await client.get(path)).body.waiting_reason === reason, {
    what: `the reason "${reason}"`,
  });
}

describeOnEachQueue('when somebody else holds a record', (backend) => {
  /** @param lockTimeoutMs a record that stands alone is given up after four of these: what is to be seen before needs time. */
  const start = async (lockTimeoutMs: number) =>
    startFaultProcesses(
      { ...(await queueFor(backend, url)).env, WINNOW_LOCK_TIMEOUT_MS: String(lockTimeoutMs) },
      org,
    );

  it('a bulk delete says that it waits, takes all the others, and this one when it is let go', async () => {
    const processes = await start(2000);
    const { client, worker } = processes;
    await holdLead(25);
    const id = await client.startBulkDelete(ALL_LEADS);
    await waitForReason(processes, `bulk_action/delete/${id}/`, LOCKED);
    // Its page is halved until it stands alone.
    await waitFor(async () => (await countRows(db, 'lead')) === 1, {
      what: 'all others to be gone',
      timeoutMs: 60_000,
    });
    expect(await countRows(db, 'bulk_delete_page')).toBeGreaterThan(leads / 10);
    await other.letGo();

    await expectDeletedOnce(db, leads, await client.waitForEnd(id));
    expect(linesOf(worker)).toContainEqual(
      expect.objectContaining({ msg: 'page failed', code: '55P03', recovery: 'retry' }),
    );
  });

  it('for good, a bulk delete records it as failed with the reason, and an undo as a conflict; the rest goes and comes back, and a second undo brings it all', async () => {
    const processes = await start(1000);
    const { client } = processes;
    await holdLead(25);
    const id = await client.startBulkDelete(ALL_LEADS);
    const ended = await client.waitForEnd(id);
    expect(ended).toMatchObject({ status: 'done', n_objects_deleted: leads - 1, n_objects_failed: 1 });
    const failures = await client.get(`bulk_action/delete/${id}/results/?outcome=failed`);
    expect(failures.body.data).toMatchObject([
      { code: '55P03', message: 'canceling statement due to lock timeout' },
    ]);
    await other.letGo();

    other = await beginElsewhere(url);
    await sql`
      insert into lead (id, organization_id) values (${leadNo(37)}, ${org.organizationId})
    `.execute(other.trx);
    const undoId = await processes.startUndo(id);
    await waitForReason(processes, `bulk_action/undo/${undoId}/`, LOCKED);
    expect(await processes.waitForUndo(undoId)).toMatchObject({
      status: 'done',
      n_objects: 3 * (leads - 1),
      n_objects_restored: 3 * (leads - 2),
      n_objects_failed: 3,
    });
    const { rows } = await sql<{ id: string }>`select id from bulk_undo`.execute(db);
    const conflicts = await conflictsOf(db, rows[0]?.id ?? '');
    expect(conflicts.map(({ code }) => code)).toEqual(['parent_gone', 'parent_gone', 'refused']);
    expect(conflicts[2]).toMatchObject({
      object_id: leadNo(37),
      message: 'canceling statement due to lock timeout',
    });
    await other.letGo();

    expect(await processes.waitForUndo(await processes.startUndo(id))).toMatchObject({
      status: 'done',
      n_objects_restored: 3,
    });
    expect(await readFaultWorld(db)).toEqual(before);
  });
});

describe('a page that meets what may pass', () => {
  const start = async (env: Readonly<Record<string, string>> = {}) =>
    startFaultProcesses({ ...(await queueFor('postgres', url)).env, ...env }, org);

  it('a deadlock, or serialization failures: is tried again, and ends exact', async () => {
    // Postgres looks once, so long after a wait has begun: by then the other one must wait too. It never looks itself.
    await sql
      .raw(`alter database ${new URL(url).pathname.slice(1)} set deadlock_timeout = '15s'`)
      .execute(db);
    await sql`set local deadlock_timeout = '60s'`.execute(other.trx);
    // No transaction of ours is serializable: a trigger answers as Postgres would. A sequence survives the rollback.
    await sql`create sequence tries`.execute(db);
    await sql
      .raw(`
        create function collide() returns trigger language plpgsql as $$
          begin
            if nextval('tries') <= 6 then
              raise exception 'could not serialize access due to concurrent update' using errcode = '40001';
            end if;
            return old;
          end $$;
        create trigger collide before delete on lead for each row when (old.id = '${leadNo(5)}')
          execute function collide()
      `)
      .execute(db);
    const processes = await start(GATE_PATIENCE);
    const { client, worker } = processes;
    await holdLead(60);
    const id = await client.startBulkDelete(ALL_LEADS);
    // The last page has locked its first leads, and waits for the last one.
    await waitFor(
      async () => {
        const { rows } = await sql`
          select from pg_stat_activity
          where datname = current_database() and application_name = 'winnow-worker' and wait_event_type = 'Lock'
        `.execute(db);
        return rows.length > 0;
      },
      { what: 'a page that waits' },
    );
    await holdLead(51);
    await waitForReason(processes, `bulk_action/delete/${id}/`, DEADLOCK);
    await other.letGo();

    await expectDeletedOnce(db, leads, await client.waitForEnd(id));
    const codes = new Set(linesOf(worker).map(({ code }) => code));
    expect([codes.has('40P01'), codes.has('40001')]).toEqual([true, true]);
  });

  it('a statement time-out: is tried in smaller pieces that are done in time, and so is a page of the undo', async () => {
    // One page of three, so that there is little to wait for.
    await sql`delete from activity where lead_id > ${leadNo(3)}`.execute(db);
    await sql`delete from lead where id > ${leadNo(3)}`.execute(db);
    before = await readFaultWorld(db);
    await sql
      .raw(`
        -- More than so many rows never come to an end, and fewer take no time: nothing is nearly in time. The half that
        -- was deleted in time is a page of the undo, and must not come back in time.
        create function be_slow() returns trigger language plpgsql as $$
          begin
            if (select count(*) from moved) > tg_argv[0]::int then perform pg_sleep(600); end if;
            return null;
          end $$;
        create trigger slow_to_go after delete on lead referencing old table as moved
          for each statement execute function be_slow(2);
        create trigger slow_to_come after insert on lead referencing new table as moved
          for each statement execute function be_slow(1)
      `)
      .execute(db);
    const processes = await start({ WINNOW_STATEMENT_TIMEOUT_MS: '3000' });
    const { client, worker } = processes;

    const id = await client.startBulkDelete(ALL_LEADS);
    await expectDeletedOnce(db, 3, await client.waitForEnd(id));
    expect(await countRows(db, 'bulk_delete_page')).toBeGreaterThan(1);

    const undone = await processes.waitForUndo(await processes.startUndo(id));
    await expectRestoredOnce(db, { leads: 3, before }, undone);
    const { rows } = await sql<{ piece_size: number | null }>`select piece_size from bulk_undo_page`.execute(
      db,
    );
    expect(rows.some(({ piece_size }) => piece_size !== null)).toBe(true);
    expect(linesOf(worker)).toContainEqual(
      expect.objectContaining({ msg: 'page could not be undone', code: '57014' }),
    );
  });

  it('again and again, can be paused, gone on with, and cancelled: nothing of it is lost or counted as failed', async () => {
    const processes = await start({ WINNOW_LOCK_TIMEOUT_MS: '400', WINNOW_RETRY_BASE_MS: '2000' });
    const { client } = processes;
    await holdLead(55);
    const id = await client.startBulkDelete(ALL_LEADS);
    const path = `bulk_action/delete/${id}/`;
    const putUntil = async (status: string) => {
      await client.put(path, { status });
      return waitFor(
        async () => {
          const { body } = await client.get(path);
          return body.status === status && body;
        },
        { what: `the status ${status}` },
      );
    };
    await waitForReason(processes, path, LOCKED);
    expect(await putUntil('paused')).toMatchObject({ waiting_reason: null, n_objects_failed: 0 });
    await client.put(path, { status: 'resuming' });
    await waitForReason(processes, path, LOCKED);
    const cancelled = await putUntil('cancelled');
    expect(cancelled).toMatchObject({
      waiting_reason: null,
      n_objects_deleted: 50,
      n_objects_failed: 0,
      n_objects_unprocessed: 10,
    });
    expect(await countRows(db, 'lead')).toBe(10);
  });
});
