import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  ALL_LEADS,
  buildPageGate,
  countRows,
  createOrganization,
  describeOnEachQueue,
  expectDeletedOnce,
  expectRestoredOnce,
  type FaultProcesses,
  type FaultWorld,
  GATE_PATIENCE,
  insertFaultLeads,
  linesOf,
  onServer,
  openDatabase,
  type PageGate,
  queueFor,
  readFaultWorld,
  startFaultProcesses,
  startPostgres,
  waitFor,
  warningsOf,
} from '../support/index.ts';

const READ_ONLY = 'Postgres is read-only (25006). It is tried again by itself.';
/** Looks of the reconciler, which has a pace of its own (300 ms), over which the attempts of all others are counted. */
const LOOKS = 10;
/** What a worker says of an attempt that failed. The queues of one that has its queue in Postgres try about every second. */
const ATTEMPT = /^(work still waits for the database|The queue is still away)$/;
/** One that spins makes many more between two looks, however slow the machine. */
const MOST_ATTEMPTS_A_LOOK = 12;
/** Of all processes together, as Postgres counts them, and with the look itself. */
const MOST_REFUSALS_A_LOOK = 30;

describeOnEachQueue('while Postgres is read-only', (backend) => {
  let db: Db;
  let url: string;
  let gate: PageGate;
  let logFile: string;
  let leads: number;
  let before: FaultWorld;
  let processes: FaultProcesses;

  beforeEach(async () => {
    const server = await startPostgres();
    logFile = path.join(server.dataDir, 'postgres.log');
    ({ url } = server);
    db = openDatabase(url);
    const org = await createOrganization(db);
    leads = await insertFaultLeads(db, org);
    before = await readFaultWorld(db);
    gate = await buildPageGate(url, 'lead', 'archive.lead');
    const { env } = await queueFor(backend, url);
    processes = await startFaultProcesses({ ...env, ...GATE_PATIENCE, LOG_LEVEL: 'debug' }, org);
  });
  afterEach(async () => {
    await gate.end();
    await db.destroy();
  });

  async function setReadOnly(value: 'on' | 'off'): Promise<void> {
    await sql.raw(`alter system set default_transaction_read_only = ${value}`).execute(db);
    await sql`select pg_reload_conf()`.execute(db);
    // Who starts now knows of it; sessions that are there have been told before, and look before their next statement.
    await waitFor(
      async () => {
        const [row] = await onServer(url, (run) => run('show default_transaction_read_only'));
        return row?.default_transaction_read_only === value;
      },
      { what: `default_transaction_read_only to be ${value}` },
    );
  }

  /** Begins it, and makes Postgres read-only when its first page is in hand: that is the last to be committed. */
  async function beginAndForbid(begin: () => Promise<string>): Promise<string> {
    await gate.close();
    const id = await begin();
    await waitFor(async () => (await gate.countPages()) === 1, { what: 'a page in hand', timeoutMs: 60_000 });
    await setReadOnly('on');
    await gate.open();
    return id;
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
    const id = await beginAndForbid(() => client.startBulkDelete(ALL_LEADS));
    await waitFor(async () => (await countRows(db, 'archive.lead')) > 0, { what: 'the first page' });

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
    const countAttempts = () => linesOf(worker).filter(({ msg }) => ATTEMPT.test(String(msg))).length;
    const [looksBefore, attemptsBefore] = [countLooks(), countAttempts()];
    const refusalsBefore = await countRefusals();
    await waitFor(() => countLooks() >= looksBefore + LOOKS, { what: 'some more looks of the reconciler' });
    const refusals = (await countRefusals()) - refusalsBefore;
    const [looks, attempts] = [countLooks() - looksBefore, countAttempts() - attemptsBefore];
    expect(attempts / looks).toBeLessThan(MOST_ATTEMPTS_A_LOOK);
    expect(refusals / looks).toBeLessThan(MOST_REFUSALS_A_LOOK);
    const warnings = warningsOf(worker).map(({ msg, queue }) => `${msg} ${queue}`);
    expect(warnings).toContain('The database, as seen by the reconciler, is away undefined');
    // Each is said once, however long it lasts.
    expect(new Set(warnings).size).toBe(warnings.length);

    await setReadOnly('off');

    await expectDeletedOnce(db, leads, await client.waitForEnd(id));
    const infos = linesOf(worker).map(({ msg }) => msg);
    expect(infos).toContain('The database, as seen by the reconciler, is back');

    const undoId = await beginAndForbid(() => processes.startUndo(id));
    await waitFor(async () => (await countRows(db, 'lead')) > 0, { what: 'the first page of the undo' });
    await waitForReason(`bulk_action/undo/${undoId}/`);
    await setReadOnly('off');
    await expectRestoredOnce(db, { leads, before }, await processes.waitForUndo(undoId));
  });
});
