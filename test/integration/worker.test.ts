import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createBulkDelete, engineSettings } from '@winnow/bulk-delete';
import { CRM_CATALOG } from '@winnow/catalog';
import { loadConfig } from '@winnow/config';
import { findBulkDeleteForWork } from '@winnow/db';
import { createLogger } from '@winnow/logger';
import { createMailer } from '@winnow/notification';
import { createDoorbell, type Doorbell } from '@winnow/queue';
import { buildWorker, type RunningWorker, workerSettings } from '@winnow/worker';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  actorOf,
  createDatabase,
  createOrganization,
  createRecordingDoorbell,
  describeOnEachQueue,
  insertLeadFamily,
  queueFor,
  requestFor,
  type TestDatabase,
  type TestOrganization,
  waitFor,
} from '../support/index.ts';

const LEADS = 12;

describeOnEachQueue('a worker', (backend) => {
  let database: TestDatabase;
  let org: TestOrganization;
  let mailDir: string;
  let doorbell: Doorbell;
  let worker: RunningWorker;

  beforeEach(async () => {
    database = await createDatabase();
    org = await createOrganization(database.db);
    mailDir = await mkdtemp(path.join(tmpdir(), 'winnow-worker-'));
    const { env } = await queueFor(backend, database.url);
    const config = loadConfig({
      ...env,
      WINNOW_MAIL_DIR: mailDir,
      WINNOW_PAGE_SIZE: '5',
      WINNOW_RECONCILE_MS: '200',
    });
    const logger = createLogger({ name: 'test', level: 'silent' });
    const settings = workerSettings(config);
    doorbell = createDoorbell(settings.queue, logger);
    const mailer = createMailer({ mailDir, from: config.WINNOW_MAIL_FROM });
    worker = buildWorker({ db: database.db, catalog: CRM_CATALOG, doorbell, mailer, logger, settings });
    for (let i = 0; i < LEADS; i++) await insertLeadFamily(database.db, org.organizationId);
  });

  afterEach(async () => {
    await worker.close(10_000);
    await doorbell.close();
    await database.drop();
    await rm(mailDir, { recursive: true });
  });

  const createWith = async (through: Doorbell): Promise<string> => {
    const deps = {
      db: database.db,
      catalog: CRM_CATALOG,
      logger: createLogger({ name: 'test', level: 'silent' }),
      doorbell: through,
      settings: engineSettings(loadConfig({ WINNOW_PAGE_SIZE: '5' })),
    };
    return (await createBulkDelete(deps, actorOf(org), requestFor('lead', [], { sendDoneEmail: true }))).id;
  };

  const expectDone = async (id: string): Promise<void> => {
    await waitFor(async () => (await findBulkDeleteForWork(database.db, id))?.status === 'done', {
      what: 'the bulk delete to be done',
    });
    const row = await findBulkDeleteForWork(database.db, id);
    expect(row).toMatchObject({ n_objects: LEADS, n_objects_deleted: LEADS, n_objects_failed: 0 });
  };

  it('A bulk delete is worked to its end and its e-mail is written, by rings alone', async () => {
    const id = await createWith(doorbell);
    await expectDone(id);
    const mails = await waitFor(
      async () => {
        const names = (await readdir(mailDir)).filter((name) => name.endsWith('.eml'));
        return names.length > 0 ? names : null;
      },
      { what: 'the done e-mail' },
    );
    expect(mails).toHaveLength(1);
    expect(await readFile(path.join(mailDir, mails[0] ?? ''), 'utf8')).toContain(`To: `);
  });

  it('A bulk delete that nobody rang for is found, worked to its end and announced', async () => {
    const id = await createWith(createRecordingDoorbell());
    await expectDone(id);
    await waitFor(async () => (await readdir(mailDir)).some((name) => name.endsWith('.eml')), {
      what: 'the done e-mail',
    });
  });
});
