import { startPostgres } from '@winnow/embedded';
import { onServer } from './admin-connection.ts';
import { databaseUrl, migrateDatabase } from './migrated-database.ts';
import { makeServerFolder } from './server-folder.ts';

const TEMPLATE = 'winnow_template';

/** The PostgreSQL of one test run. */
export interface SharedServer {
  readonly url: string;
  readonly templateDatabase: string;
  stop(): Promise<void>;
}

/** Starts it in a folder of its own, with a migrated database that is there to be cloned. */
export async function startSharedServer(): Promise<SharedServer> {
  const folder = await makeServerFolder('postgres');
  try {
    const server = await startPostgres({ dataDir: folder.path, durable: false });
    try {
      await onServer(server.url, (sql) => sql(`create database ${TEMPLATE}`));
      await migrateDatabase(databaseUrl(server.url, TEMPLATE));
      // A clone fails while anybody is connected to its template, so nobody may be.
      await onServer(server.url, (sql) =>
        sql(`alter database ${TEMPLATE} with allow_connections false is_template true`),
      );
    } catch (error) {
      await server.stop('immediate');
      throw error;
    }
    return {
      url: server.url,
      templateDatabase: TEMPLATE,
      async stop() {
        await server.stop('immediate');
        await folder.remove();
      },
    };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}
