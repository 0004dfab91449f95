import { type EmbeddedPostgres, startPostgres as startEmbedded } from '@winnow/embedded';
import { onServer } from './admin-connection.ts';
import { atFileEnd } from './file-end.ts';
import { databaseUrl, migrateDatabase } from './migrated-database.ts';
import { makeServerFolder } from './server-folder.ts';

/**
 * A PostgreSQL of its own, for tests that stop or restart it; ended with the test file.
 * @returns the server; its `url` is that of a migrated database.
 */
export async function startPostgres(
  options: { readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<EmbeddedPostgres> {
  const folder = await makeServerFolder('postgres');
  const server = await startEmbedded({ dataDir: folder.path, durable: false, ...options });
  atFileEnd(`postgres on port ${server.port}`, async () => {
    await server.stop('immediate');
    await folder.remove();
  });
  await onServer(server.url, (sql) => sql('create database winnow'));
  const url = databaseUrl(server.url, 'winnow');
  await migrateDatabase(url);
  return {
    url,
    port: server.port,
    dataDir: server.dataDir,
    get pid() {
      return server.pid;
    },
    stop: (mode) => server.stop(mode),
    restart: (mode) => server.restart(mode),
  };
}
