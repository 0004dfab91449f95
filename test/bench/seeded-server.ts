import { connect, createApiKey, createOrganization, createUser, type Db } from '@winnow/db';
import { startPostgres } from '@winnow/embedded';
import { seedLeads } from '@winnow/seed';
import { sql } from 'kysely';
import { atFileEnd } from '../support/file-end.ts';
import { databaseUrl, migrateDatabase } from '../support/migrated-database.ts';
import { makeServerFolder } from '../support/server-folder.ts';

const TEMPLATE = 'bench_template';
const STATEMENT_TIMEOUT_MS = 30 * 60_000;

export interface SeededServer {
  readonly organizationId: string;
  readonly apiKey: string;
  readonly leads: number;
  readonly childrenPerLead: number;
  /** Gives `work` a fresh copy of the seeded database, and removes it afterwards. */
  withCopy<T>(work: (copy: { readonly url: string; readonly db: Db }) => Promise<T>): Promise<T>;
}

function open(url: string): Db {
  return connect({
    connectionString: url,
    applicationName: 'winnow-bench',
    poolSize: 2,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    onIdleError: () => {},
  });
}

/** A durable PostgreSQL of its own (what is measured includes the disk), with seeded leads in a template database. */
export async function startSeededServer(leads: number): Promise<SeededServer> {
  const folder = await makeServerFolder('bench');
  const server = await startPostgres({ dataDir: folder.path });
  const admin = open(server.url);
  atFileEnd('the benchmark’s PostgreSQL', async () => {
    await admin.destroy();
    await server.stop();
    await folder.remove();
  });
  await sql`create database ${sql.id(TEMPLATE)}`.execute(admin);
  const url = databaseUrl(server.url, TEMPLATE);
  await migrateDatabase(url);
  const db = open(url);
  const organization = await createOrganization(db, { name: 'Bench' });
  const user = await createUser(db, {
    organizationId: organization.id,
    email: 'bench@example.test',
    firstName: 'B',
    lastName: 'B',
  });
  const key = await createApiKey(db, {
    organizationId: organization.id,
    userId: user.id,
    name: 'bench',
    scopes: ['*'],
  });
  const report = await seedLeads({
    connectionString: url,
    organizationId: organization.id,
    userId: user.id,
    leads,
    seed: 42,
  });
  console.log(
    `seeded ${report.leads} leads and ${report.children} children, ${Math.round(report.leadsPerSecond)} leads/s`,
  );
  await sql`vacuum analyze`.execute(db);
  await db.destroy();
  let copies = 0;
  return {
    organizationId: organization.id,
    apiKey: key.key,
    leads: report.leads,
    childrenPerLead: report.children / report.leads,
    async withCopy(work) {
      copies += 1;
      const copyName = `bench_copy_${copies}`;
      const name = sql.id(copyName);
      await sql`create database ${name} template ${sql.id(TEMPLATE)} strategy file_copy`.execute(admin);
      await sql`checkpoint`.execute(admin);
      const copyUrl = databaseUrl(server.url, copyName);
      const copy = open(copyUrl);
      try {
        return await work({ url: copyUrl, db: copy });
      } finally {
        await copy.destroy();
        await sql`drop database ${name} with (force)`.execute(admin);
      }
    },
  };
}
