import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CRM_CATALOG } from '@winnow/catalog';
import { loadConfig } from '@winnow/config';
import { claimIdempotencyKey } from '@winnow/db';
import { createLogger } from '@winnow/logger';
import { createMailer } from '@winnow/notification';
import { createDoorbell } from '@winnow/queue';
import { buildWorker, workerSettings } from '@winnow/worker';
import { expect, it } from 'vitest';
import { atFileEnd, createDatabase, createOrganization, queueFor, waitFor } from '../support/index.ts';

it('A worker sweeps away the idempotency keys that have expired, all of them and no others.', async () => {
  const { db, url } = await createDatabase();
  const { apiKeyId } = await createOrganization(db);
  const claim = (key: string, keepMs: number) =>
    claimIdempotencyKey(db, { apiKeyId, key, fingerprint: Buffer.from('x'), leaseMs: 10_000, keepMs });
  for (let i = 0; i < 2500; i += 1) await claim(`old ${i}`, 0);
  await claim('new', 60_000);

  const mailDir = await mkdtemp(path.join(tmpdir(), 'winnow-housekeeping-'));
  atFileEnd(mailDir, () => rm(mailDir, { recursive: true }));
  const config = loadConfig({ ...(await queueFor('postgres', url)).env, WINNOW_MAIL_DIR: mailDir });
  const logger = createLogger({ name: 'test', level: 'silent' });
  const settings = workerSettings(config);
  const doorbell = createDoorbell(settings.queue, logger);
  const mailer = createMailer({ mailDir, from: config.WINNOW_MAIL_FROM });
  const worker = buildWorker({ db, catalog: CRM_CATALOG, doorbell, mailer, logger, settings });
  const keys = () => db.selectFrom('idempotency_key').select('key').execute();
  await waitFor(async () => (await keys()).length === 1, { what: 'the sweep' });
  await worker.close(10_000);
  await doorbell.close();
  expect(await keys()).toEqual([{ key: 'new' }]);
});
