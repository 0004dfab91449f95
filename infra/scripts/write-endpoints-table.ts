import { readFile, writeFile } from 'node:fs/promises';
import { apiSettings, buildApp, withEndpointTable } from '@winnow/api';
import { engineSettings } from '@winnow/bulk-delete';
import { CRM_CATALOG } from '@winnow/catalog';
import { loadConfig, publicUrl } from '@winnow/config';
import { connect } from '@winnow/db';
import { createLogger } from '@winnow/logger';

const API = new URL('../../docs/api.md', import.meta.url);

/** The routes are read and none is asked: the pool never connects, and there is nobody to ring for. */
const config = loadConfig({});
const db = connect({
  connectionString: 'postgres://127.0.0.1:1/none',
  applicationName: 'winnow-docs',
  poolSize: 2,
  statementTimeoutMs: 1000,
  onIdleError: () => {},
});
const app = await buildApp({
  db,
  catalog: CRM_CATALOG,
  doorbell: { ring: async () => false, checkHealth: async () => false, close: async () => {} },
  logger: createLogger({ name: 'docs', level: 'silent' }),
  engine: engineSettings(config),
  settings: apiSettings(config, publicUrl(config)),
  clock: () => new Date(),
});
await app.ready();
await writeFile(API, withEndpointTable(await readFile(API, 'utf8'), app.endpoints()));
await app.close();
await db.destroy();
