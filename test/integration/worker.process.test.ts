import { createBulkDelete, engineSettings } from '@winnow/bulk-delete';
import { CRM_CATALOG } from '@winnow/catalog';
import { loadConfig } from '@winnow/config';
import { type BulkDeleteRow, findBulkDeleteForWork } from '@winnow/db';
import { createLogger } from '@winnow/logger';
import { createDoorbell, type Doorbell } from '@winnow/queue';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  actorOf,
  buildPageGate,
  createDatabase,
  createOrganization,
  describeOnEachQueue,
  GATE_PATIENCE,
  type PageGate,
  queueFor,
  requestFor,
  spawnWorker,
  startTcpProxy,
  type TcpProxy,
  type TestDatabase,
  type TestOrganization,
  type TestProcess,
  waitFor,
} from '../support/index.ts';

/** Several processes are started and ended, one after the other. */
vi.setConfig({ testTimeout: 240_000 });

const LEADS = 40;
const GRACE_MS = 4000;
/** For finishing a page on a busy machine. */
const PAGE_GRACE_MS = 30_000;
/** For reading and ending a process on a busy machine. Who does not keep to his grace waits a minute or for ever. */
const SLACK_MS = 15_000;

describeOnEachQueue('a worker process', (backend) => {
  let database: TestDatabase;
  let org: TestOrganization;
  let gate: PageGate;
  let network: TcpProxy;
  let env: Readonly<Record<string, string>>;
  let doorbell: Doorbell;
  let workers: TestProcess[];

  beforeEach(async () => {
    database = await createDatabase();
    org = await createOrganization(database.db);
    gate = await buildPageGate(database.url, 'lead');
    const queue = await queueFor(backend, database.url);
    doorbell = createDoorbell(queue.settings, createLogger({ name: 'test', level: 'silent' }));
    network = await startTcpProxy(Number(new URL(database.url).port));
    const proxied = new URL(database.url);
    proxied.port = String(network.port);
    env = {
      ...queue.env,
      ...GATE_PATIENCE,
      DATABASE_URL: proxied.href,
      WINNOW_PAGE_SIZE: '1',
      WINNOW_RECONCILE_MS: '500',
      WINNOW_SHUTDOWN_GRACE_MS: String(GRACE_MS),
    };
    workers = [];
    await sql`
      insert into lead (id, organization_id, name)
      select gen_random_uuid(), ${org.organizationId}, 'Lead ' || i from generate_series(1, ${LEADS}) as i
    `.execute(database.db);
  });

  afterEach(async () => {
    for (const worker of workers) {
      worker.kill('SIGKILL');
      await worker.exited;
    }
    await gate.end();
    await doorbell.close();
    await network.close();
    await database.drop();
  });

  const start = async (changes: Readonly<Record<string, string>> = {}): Promise<TestProcess> => {
    const worker = await spawnWorker({ ...env, ...changes });
    workers.push(worker);
    return worker;
  };

  const create = async (): Promise<string> => {
    const deps = {
      db: database.db,
      catalog: CRM_CATALOG,
      logger: createLogger({ name: 'test', level: 'silent' }),
      doorbell,
      settings: engineSettings(loadConfig({ WINNOW_PAGE_SIZE: '1' })),
    };
    return (await createBulkDelete(deps, actorOf(org), requestFor('lead', []))).id;
  };

  const read = async (id: string): Promise<BulkDeleteRow> => {
    const row = await findBulkDeleteForWork(database.db, id);
    if (!row) throw new Error('the bulk delete is gone');
    return row;
  };

  const waitUntilDone = async (id: string): Promise<void> => {
    await waitFor(async () => (await read(id)).status === 'done', {
      what: 'the bulk delete to be done',
      timeoutMs: 60_000,
    });
    expect(await read(id)).toMatchObject({ n_objects: LEADS, n_objects_deleted: LEADS, n_objects_failed: 0 });
  };

  const stopTime = async (worker: TestProcess): Promise<number> => {
    const started = performance.now();
    worker.kill('SIGTERM');
    await worker.exited;
    return performance.now() - started;
  };

  it('A worker that is told to stop finishes its page and exits with 0, and the next one does the rest', async () => {
    await gate.close();
    const first = await start({ WINNOW_SHUTDOWN_GRACE_MS: String(PAGE_GRACE_MS) });
    const id = await create();
    await gate.waitForPage();
    first.kill('SIGTERM');
    await waitFor(() => first.output().includes('"stopping"'), { what: 'the worker to take note' });
    await gate.open();
    expect(await first.exited).toEqual({ code: 0, signal: null });
    expect(await read(id)).toMatchObject({ status: 'processing' });
    expect((await read(id)).n_objects_processed).toBeGreaterThan(0);
    const { rows } = await sql<{ n: number }>`select count(*) as n from archive.lead`.execute(database.db);
    expect(rows[0]?.n).toBe((await read(id)).n_objects_processed);

    await start();
    await waitUntilDone(id);
  });

  it('A page that takes longer than the grace does not keep a worker, and a second signal ends it at once', async () => {
    const id = await create();
    await database.db.transaction().execute(async (holder) => {
      await sql`select id from lead for update`.execute(holder);
      const isWaiting = async (): Promise<boolean> => {
        const { rows } = await sql<{
          n: number;
        }>`select count(*) as n from pg_locks where not granted`.execute(holder);
        return (rows[0]?.n ?? 0) > 0;
      };
      const patient = await start();
      await waitFor(isWaiting, { what: 'a page to wait for its rows' });
      expect(await stopTime(patient)).toBeLessThan(GRACE_MS + SLACK_MS);
      expect(patient.output()).toContain('stopped with work in hand');

      await waitFor(async () => !(await isWaiting()), { what: 'the first worker’s session to end' });
      const hurried = await start();
      await waitFor(async () => hurried.output().includes('worker ready') && (await isWaiting()), {
        what: 'the next page to wait for its rows',
      });
      hurried.kill('SIGTERM');
      await waitFor(() => hurried.output().includes('"stopping"'), { what: 'the first signal to be heard' });
      hurried.kill('SIGTERM');
      expect(await hurried.exited).toEqual({ code: 1, signal: null });
      expect(hurried.output()).toContain('stopped at once');
    });
    await start();
    await waitUntilDone(id);
  });

  it.each(['refuse', 'freeze'] as const)(
    'A worker whose database is away (%s) stops within its grace',
    async (how) => {
      await gate.close();
      const worker = await start();
      await create();
      await gate.waitForPage();
      await network[how]();
      expect(await stopTime(worker)).toBeLessThan(GRACE_MS + SLACK_MS);
    },
  );

  it('A worker that started without a database works as soon as there is one', async () => {
    const id = await create();
    await network.refuse();
    await start();
    await network.restore();
    await waitUntilDone(id);
  });
});
