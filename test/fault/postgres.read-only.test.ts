import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  ALL_LEADS,
  countRows,
  createOrganization,
  describeOnEachQueue,
  expectDeletedOnce,
  expectRestoredOnce,
  type FaultProcesses,
  type FaultWorld,
  insertFaultLeads,
  linesOf,
  openDatabase,
  queueFor,
  readFaultWorld,
  slowDown,
  startFaultProcesses,
  startPostgres,
  waitFor,
  warningsOf,
} from '../support/index.ts';

const READ_ONLY = 'Postgres is read-only (25006). It is tried again by itself.';
/** Looks of the reconciler, which has a pace of its own (300 ms), over which the attempts of all others are counted. */
const LOOKS = 10;
/** A worker that spins is refused hundreds of times between two looks; these are about four times in all. */
const MOST_REFUSALS_A_LOOK = 50;

describeOnEachQueue('while Postgres is read-only', (backend) => {
  let db: Db;
  let logFile: string;
  let leads: number;
  let before: FaultWorld;
  let processes: FaultProcesses;

  beforeEach(async () => {
    const server = await startPostgres();
    logFile = path.join(server.dataDir, 'postgres.log');
    db = openDatabase(server.url);
    const org = await createOrganization(db);
    leads = await insertFaultLeads(db, org);
    before = await readFaultWorld(db);
    await slowDown(db, 'lead');
    await slowDown(db, 'archive.lead');
    const { env } = await queueFor(backend, server.url);
    processes = await startFaultProcesses({ ...env, LOG_LEVEL: 'debug' }, org);
  });
  afterEach(() => db.destroy());

  async function setReadOnly(value: 'on' | 'off'): Promise<void> {
    await sql.raw(`alter system set default_transaction_read_only = ${value}`).execute(db);
    await sql`select pg_reload_conf()`.execute(db);
  }

  async function waitForReason(recordPath: string): Promise<void> {
    await waitFor(
      async () => {
        const { status, body } = await processes.client.get(recordPath);
        expect(status).toBe(200);
        return body.waiting_reason === READ_ONLY && body.status === 'processing';
      },
      { what: 'the reason why it waits' },
    );
  }

  const countRefusals = async () =>
    (await readFile(logFile, 'utf8')).split('\n').filter((line) => line.includes('read-only transaction'))
      .length;

  it('a bulk delete and an undo wait and say why, reads are answered, changes refused with 503; then they go on by themselves', async () => {
    const { client, worker, api } = processes;
    const id = await client.startBulkDelete(ALL_LEADS);
    await waitFor(async () => (await countRows(db, 'archive.lead')) > 0, { what: 'the first page' });

    await setReadOnly('on');

    await waitForReason(`bulk_action/delete/${id}/`);
    expect(await client.get('bulk_action/delete/')).toMatchObject({
      status: 200,
      body: { data: [{ id, waiting_reason: READ_ONLY }] },
    });
    for (const answer of [
      await client.post('bulk_action/delete/', ALL_LEADS),
      await client.put(`bulk_action/delete/${id}/`, { status: 'paused' }),
      await client.post('lead/', { name: 'New' }),
    ]) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('1');
      expect(answer.body).toEqual({
        error: 'The database is read-only right now. Nothing was changed. Please try again.',
      });
    }
    const ready = await fetch(new URL('/health/ready', api.url));
    expect([ready.status, await ready.json()]).toMatchObject([200, { status: 'ok', database: 'read_only' }]);
    const countLooks = () =>
      linesOf(worker).filter(({ msg }) => msg === 'The database, as seen by the reconciler, is still away')
        .length;
    const [looksBefore, refusalsBefore] = [countLooks(), await countRefusals()];
    await waitFor(() => countLooks() >= looksBefore + LOOKS, { what: 'some more looks of the reconciler' });
    const [looks, refusals] = [countLooks() - looksBefore, (await countRefusals()) - refusalsBefore];
    expect(refusals / looks).toBeLessThan(MOST_REFUSALS_A_LOOK);
    const warnings = warningsOf(worker).map(({ msg, queue }) => `${msg} ${queue}`);
    expect(warnings).toContain('The database, as seen by the reconciler, is away undefined');
    // Each is said once, however long it lasts.
    expect(new Set(warnings).size).toBe(warnings.length);

    await setReadOnly('off');

    await expectDeletedOnce(db, leads, await client.waitForEnd(id));
    const infos = linesOf(worker).map(({ msg }) => msg);
    expect(infos).toContain('The database, as seen by the reconciler, is back');

    const undoId = await processes.startUndo(id);
    await waitFor(async () => (await countRows(db, 'lead')) > 0, { what: 'the first page of the undo' });
    await setReadOnly('on');
    await waitForReason(`bulk_action/undo/${undoId}/`);
    await setReadOnly('off');
    await expectRestoredOnce(db, { leads, before }, await processes.waitForUndo(undoId));
  });
});
