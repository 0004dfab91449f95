import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Db } from '@winnow/db';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  buildPageGate,
  countRows,
  createDatabase,
  createHttpClient,
  createOrganization,
  describeOnEachQueue,
  GATE_PATIENCE,
  type PageGate,
  queueFor,
  spawnApi,
  spawnWorker,
  type TestOrganization,
  type TestProcess,
  waitFor,
} from '../support/index.ts';
import {
  countEvents,
  DELETE_ALL_LEADS,
  expectAllDeleted,
  insertLeadsWithNotes,
} from '../support/lead-deletion.ts';
import { preload } from './preload/preload.ts';

const LEADS = 60;
const PAGE_SIZE = 10;

let db: Db;
let url: string;
let org: TestOrganization;
let gate: PageGate;
let folder: string;

beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
  gate = await buildPageGate(url, 'lead');
  folder = await mkdtemp(path.join(tmpdir(), 'winnow-frozen-'));
});

afterEach(async () => {
  await gate.end();
  await rm(folder, { recursive: true });
});

/**
 * Two ways in which a worker stands still, and lives: for longer than its page may, which is made short here, so that
 * the page is all it loses. For longer than everything else of the product's, see worker.frozen-for-long.test.ts.
 */
const WAYS = {
  'is stopped (SIGSTOP) and continued': {
    freeze: async (worker: TestProcess) => worker.kill('SIGSTOP'),
    thaw: async (worker: TestProcess) => worker.kill('SIGCONT'),
  },
  'has its event loop blocked': {
    async freeze(worker: TestProcess) {
      worker.kill('SIGUSR2');
      await waitFor(() => worker.output().includes('event loop blocked'), {
        what: 'the event loop to stand',
      });
    },
    thaw: () => writeFile(path.join(folder, 'unblock'), ''),
  },
} as const;

describeOnEachQueue('a worker that in the middle of a page', (backend) => {
  it.each(Object.entries(WAYS))(
    '%s is fenced: another ends the bulk delete, exact, and it works on afterwards',
    async (_name, { freeze, thaw }) => {
      const queue = await queueFor(backend, url);
      const env = {
        ...queue.env,
        ...GATE_PATIENCE,
        WINNOW_PAGE_SIZE: String(PAGE_SIZE),
        WINNOW_LANES: '1',
        // It is cut off after this, whatever the time it stands still.
        WINNOW_IDLE_TIMEOUT_MS: '1000',
        WINNOW_RECONCILE_MS: '500',
        ...preload('blocked-event-loop', { TEST_UNBLOCK_FILE: path.join(folder, 'unblock') }),
      };
      await insertLeadsWithNotes(db, org.organizationId, LEADS);
      await gate.close();
      const [api, frozen] = await Promise.all([spawnApi(env), spawnWorker(env)]);
      const client = createHttpClient(api.url, org.apiKey);
      const id = await client.startBulkDelete(DELETE_ALL_LEADS);
      await gate.waitForPage();

      await freeze(frozen);
      const other = await spawnWorker(env);
      await gate.open();
      await expectAllDeleted(db, await client.waitForEnd(id), LEADS);

      await thaw(frozen);
      await waitFor(() => frozen.output().includes('work waits for the database'), {
        what: 'it to notice that it was cut off',
      });
      other.kill('SIGTERM');
      expect(await other.exited).toEqual({ code: 0, signal: null });
      await expectAllDeleted(db, (await client.get(`bulk_action/delete/${id}/`)).body, LEADS);
      expect(await countEvents(db, 'completed')).toBe(1);

      await insertLeadsWithNotes(db, org.organizationId, PAGE_SIZE);
      expect(await client.waitForEnd(await client.startBulkDelete(DELETE_ALL_LEADS))).toMatchObject({
        status: 'done',
        n_objects_deleted: PAGE_SIZE,
      });
      expect(await countRows(db, 'archive.lead')).toBe(LEADS + PAGE_SIZE);
    },
  );
});
