import { engineSettings } from '@winnow/bulk-delete';
import { CRM_CATALOG } from '@winnow/catalog';
import { ConfigError, loadConfig, publicUrl } from '@winnow/config';
import { connect } from '@winnow/db';
import { createLogger } from '@winnow/logger';
import { stopOnSignal } from '@winnow/process';
import { createDoorbell, createSharedCounters, queueSettings } from '@winnow/queue';
import { buildApp } from './app.ts';
import { ListenError, listenClearly } from './listen.ts';
import { apiSettings } from './settings.ts';

async function main(): Promise<void> {
  const config = loadConfig();
  if (config.DATABASE_URL === undefined) throw new ConfigError(['DATABASE_URL: the API needs it']);
  const logger = createLogger({ name: 'api', level: config.LOG_LEVEL });
  const db = connect({
    connectionString: config.DATABASE_URL,
    applicationName: 'winnow-api',
    poolSize: config.WINNOW_DB_POOL,
    statementTimeoutMs: config.WINNOW_STATEMENT_TIMEOUT_MS,
    idleTimeoutMs: config.WINNOW_IDLE_TIMEOUT_MS,
    onIdleError: (error) => logger.debug({ err: error }, 'an idle connection was lost'),
  });
  const doorbell = createDoorbell(queueSettings(config), logger);
  const counters = config.WINNOW_RATE_LIMIT === 0 ? undefined : createSharedCounters(config, logger);
  const app = await buildApp({
    db,
    catalog: CRM_CATALOG,
    doorbell,
    counters,
    logger,
    engine: engineSettings(config),
    settings: apiSettings(config, publicUrl(config)),
    clock: () => new Date(),
  });
  stopOnSignal(logger, config.WINNOW_SHUTDOWN_GRACE_MS, async () => {
    // First the requests in hand, then what they work with.
    await app.close();
    await doorbell.close();
    counters?.close();
    await db.destroy();
  });
  const url = await listenClearly(app, { host: config.HOST, port: config.PORT });
  logger.info({ url }, 'api listening');
}

main().catch((error: unknown) => {
  // What an operator can mend is a sentence, all else is a fault of ours and needs its stack.
  console.error(error instanceof ConfigError || error instanceof ListenError ? error.message : error);
  process.exit(1);
});
