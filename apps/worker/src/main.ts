import { checkCatalog } from '@winnow/bulk-delete';
import { CRM_CATALOG } from '@winnow/catalog';
import { ConfigError, loadConfig } from '@winnow/config';
import { connect, type Db } from '@winnow/db';
import { createLogger, type Logger } from '@winnow/logger';
import { createMailer } from '@winnow/notification';
import { stopOnSignal } from '@winnow/process';
import { createDoorbell } from '@winnow/queue';
import { startHeartbeat } from './heartbeat.ts';
import { workerSettings } from './settings.ts';
import { buildWorker } from './worker.ts';

/** Part of the grace that is kept for closing connections after the work in hand. */
const CLOSING_SHARE = 0.2;

async function main(): Promise<void> {
  const config = loadConfig();
  if (config.DATABASE_URL === undefined) throw new ConfigError(['DATABASE_URL: a worker needs it']);
  const logger = createLogger({ name: 'worker', level: config.LOG_LEVEL });
  const settings = workerSettings(config);
  const db = connect({
    connectionString: config.DATABASE_URL,
    applicationName: 'winnow-worker',
    poolSize: config.WINNOW_DB_POOL,
    statementTimeoutMs: config.WINNOW_STATEMENT_TIMEOUT_MS,
    idleTimeoutMs: config.WINNOW_IDLE_TIMEOUT_MS,
    onIdleError: (error) => logger.debug({ err: error }, 'an idle connection was lost'),
  });
  const doorbell = createDoorbell(settings.queue, logger);
  const mailer = createMailer({
    smtpUrl: config.SMTP_URL,
    mailDir: config.WINNOW_MAIL_DIR,
    from: config.WINNOW_MAIL_FROM,
  });
  await reportCatalog(db, logger);
  const worker = buildWorker({ db, catalog: CRM_CATALOG, doorbell, mailer, logger, settings });

  const graceMs = config.WINNOW_SHUTDOWN_GRACE_MS;
  stopOnSignal(logger, graceMs, async () => {
    await worker.close(graceMs * (1 - CLOSING_SHARE));
    await doorbell.close();
    await db.destroy();
  });
  if (config.WINNOW_HEARTBEAT_FILE !== undefined) startHeartbeat(config.WINNOW_HEARTBEAT_FILE, logger);
  logger.info({ queue: settings.queue.backend, concurrency: settings.concurrency }, 'worker ready');
}

/** Names what is wrong with the schema. It is no reason not to work: what cannot be done fails with its own reason. */
async function reportCatalog(db: Db, logger: Logger): Promise<void> {
  try {
    const { problems, fastPath } = await checkCatalog(db, CRM_CATALOG);
    for (const problem of problems) logger.warn({ problem }, 'the catalog and the database differ');
    logger.info({ fastPath, problems: problems.length }, 'catalog checked');
  } catch (error) {
    logger.warn({ err: error }, 'the catalog could not be checked; going on');
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
