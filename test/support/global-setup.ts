import type { TestProject } from 'vitest/node';
import { type SharedServer, startSharedServer } from './shared-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Super user's connection string of the run's PostgreSQL. */
    postgresUrl: string;
    /** Name of the migrated database that `createDatabase` clones. */
    templateDatabase: string;
  }
}

/** Vitest runs this once for every project, each with its own copy of the module; the server is one for all of them. */
const shared: typeof globalThis & { winnowTestServer?: { users: number; server: Promise<SharedServer> } } =
  globalThis;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.winnowTestServer ??= { users: 0, server: startSharedServer() };
  const holder = shared.winnowTestServer;
  holder.users += 1;
  const server = await holder.server;
  project.provide('postgresUrl', server.url);
  project.provide('templateDatabase', server.templateDatabase);
  return async () => {
    holder.users -= 1;
    if (holder.users === 0) await server.stop();
  };
}
