import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import {
  ALL_LEADS,
  countRows,
  createDatabase,
  createOrganization,
  databaseUrl,
  describeOnEachQueue,
  expectDeletedOnce,
  expectRestoredOnce,
  GATE_PATIENCE,
  insertFaultLeads,
  linesOf,
  mountSmallDisk,
  onServer,
  openDatabase,
  queueFor,
  readFaultWorld,
  startFaultProcesses,
  startPostgres,
  waitFor,
  warningsOf,
} from '../support/index.ts';
import { buildLastingGate, openLastingGate, waitForPageAtLastingGate } from '../support/lasting-gate.ts';

const NO_SPACE = 'Postgres has no disk space left (53100). It is tried again by itself.';
const DISK_MEGABYTES = 128;
/** Looks of the reconciler, which has a pace of its own (300 ms), over which the attempts are counted. */
const LOOKS = 10;
/** Each look rings, and a ring is one attempt; a worker that spins makes many more in between. */
const MOST_REFUSALS_A_LOOK = 12;

/** Makes Postgres answer as on a full disk, to whoever inserts into one of the tables. */
async function buildFullDisk(db: Db, tables: readonly string[]) {
  await sql
    .raw(`
      create sequence refused_by_disk;
      create table full_disk (table_name text primary key);
      create function need_space() returns trigger language plpgsql as $$
        begin
          if exists (select from full_disk where table_name = tg_argv[0]) then
            perform nextval('refused_by_disk');
            raise exception 'could not extend file: No space left on device' using errcode = '53100';
          end if;
          return new;
        end $$
    `)
    .execute(db);
  for (const table of tables) {
    await sql
      .raw(
        `create trigger need_space before insert on ${table} for each row execute function need_space('${table}')`,
      )
      .execute(db);
  }
  return {
    fill: (table: string) => sql`insert into full_disk values (${table})`.execute(db),
    clear: () => sql`delete from full_disk`.execute(db),
    async countRefusals(): Promise<number> {
      const { rows } = await sql<{ n: number }>`select last_value::int as n from refused_by_disk`.execute(db);
      return rows[0]?.n ?? 0;
    },
  };
}

describeOnEachQueue('while the disk is full', (backend) => {
  it('a bulk delete waits and says why in the API, and once in the log; a POST is answered 503; it goes on by itself', async () => {
    const { db, url } = await createDatabase();
    const org = await createOrganization(db);
    const leads = await insertFaultLeads(db, org);
    const before = await readFaultWorld(db);
    const disk = await buildFullDisk(db, ['archive.lead', 'bulk_delete', 'lead']);
    for (const table of ['lead', 'archive.lead'] as const) await buildLastingGate(db, { table, passes: 1 });
    const { env } = await queueFor(backend, url);
    const { client, worker, startUndo, waitForUndo } = await startFaultProcesses(
      { ...env, ...GATE_PATIENCE, LOG_LEVEL: 'debug' },
      org,
    );
    const id = await client.startBulkDelete(ALL_LEADS);
    await waitForPageAtLastingGate(db);
    expect(await countRows(db, 'archive.lead')).toBeGreaterThan(0);

    await disk.fill('archive.lead');
    await disk.fill('bulk_delete');
    await openLastingGate(db, 'lead');

    const waiting = await waitFor(
      async () => {
        const { body } = await client.get(`bulk_action/delete/${id}/`);
        return body.waiting_reason !== null && body;
      },
      { what: 'the reason why it waits' },
    );
    expect(waiting).toMatchObject({
      status: 'processing',
      waiting_reason: NO_SPACE,
      date_waiting: expect.stringMatching(/^\d{4}-/),
      n_objects_failed: 0,
    });
    const refused = await client.post('bulk_action/delete/', ALL_LEADS);
    expect([refused.status, refused.headers.get('retry-after'), refused.body]).toEqual([
      503,
      '1',
      { error: 'The database has no disk space left right now. Please try again.' },
    ]);
    const countLooks = () => linesOf(worker).filter(({ msg }) => msg === 'rang for unattended work').length;
    const [looksBefore, refusalsBefore] = [countLooks(), await disk.countRefusals()];
    await waitFor(() => countLooks() >= looksBefore + LOOKS, { what: 'some more looks of the reconciler' });
    const [looks, refusals] = [countLooks() - looksBefore, (await disk.countRefusals()) - refusalsBefore];
    expect(refusals / looks).toBeLessThan(MOST_REFUSALS_A_LOOK);
    const waits = () => warningsOf(worker).filter(({ msg }) => msg === 'work waits for the database');
    expect(waits()).toMatchObject([{ queue: 'bulk-delete', code: '53100' }]);
    const still = await client.get(`bulk_action/delete/${id}/`);
    expect(still.body.date_waiting).toBe(waiting.date_waiting);

    await disk.clear();

    await expectDeletedOnce(db, leads, await client.waitForEnd(id));
    await waitFor(() => linesOf(worker).some(({ msg }) => msg === 'what waited for the database goes on'), {
      what: 'the line that it is over',
    });

    const undoId = await startUndo(id);
    await waitForPageAtLastingGate(db);
    expect(await countRows(db, 'lead')).toBeGreaterThan(0);
    await disk.fill('lead');
    await openLastingGate(db, 'archive.lead');
    await waitFor(
      async () => (await client.get(`bulk_action/undo/${undoId}/`)).body.waiting_reason === NO_SPACE,
      { what: 'the reason why the undo waits' },
    );
    await disk.clear();
    await expectRestoredOnce(db, { leads, before }, await waitForUndo(undoId));
  });
});

describe('on a disk that is really full', () => {
  it('a bulk delete waits and says why, and goes on by itself when there is space again', async ({
    skip,
  }) => {
    const server = await startPostgres();
    const disk = await mountSmallDisk(DISK_MEGABYTES, `${server.dataDir}/postgres`);
    if (disk === null) return skip('this process may not mount a file system');
    await onServer(databaseUrl(server.url, 'postgres'), async (run) => {
      await run(`create tablespace small location '${disk.folder}'`);
      await run('alter database winnow set tablespace small');
    });
    const db = openDatabase(server.url);
    const org = await createOrganization(db);
    const leads = await insertFaultLeads(db, org);
    // What is archived of a page must not fit into a block that is there already.
    await sql`
      update lead set description = (select string_agg(md5(random()::text || i || lead.id), '') from generate_series(1, 200) as i)
    `.execute(db);
    const queue = await queueFor('postgres', server.url);
    await buildLastingGate(db, { table: 'lead', passes: 1 });
    const { client } = await startFaultProcesses({ ...queue.env, ...GATE_PATIENCE }, org);
    await disk.fill();
    const refused = await client.post('bulk_action/delete/', ALL_LEADS);
    expect([refused.status, refused.body.error]).toEqual([
      503,
      'The database has no disk space left right now. Please try again.',
    ]);
    await disk.clear();
    const id = await client.startBulkDelete(ALL_LEADS);
    await waitForPageAtLastingGate(db);
    expect(await countRows(db, 'archive.lead')).toBeGreaterThan(0);

    await disk.fill();
    await openLastingGate(db, 'lead');

    await waitFor(
      async () => (await client.get(`bulk_action/delete/${id}/`)).body.waiting_reason === NO_SPACE,
      { what: 'the reason why it waits' },
    );
    expect(await countRows(db, 'lead')).toBeGreaterThan(0);
    expect((await countRows(db, 'lead')) + (await countRows(db, 'archive.lead'))).toBe(leads);
    await disk.clear();

    await expectDeletedOnce(db, leads, await client.waitForEnd(id));
    await db.destroy();
  });
});
