import { sql } from 'kysely';
import { expect, it } from 'vitest';
import {
  ALL_LEADS,
  createHttpClient,
  createOrganization,
  expectDeletedOnce,
  insertFaultLeads,
  linesOf,
  onServer,
  spawnApi,
  spawnWorker,
  waitFor,
} from '../support/index.ts';
import { createRolesDatabase, type RolesDatabase, readRolesFile } from '../support/roles-database.ts';
import { sqlStatements } from '../support/sql-statements.ts';

const FILES = ['grants.sql', 'api-without-delete.sql'] as const;
const LEADS = 1200;
const ROUNDS = 3;
const ERROR_LEVEL = 50;

/** What the roles of the processes may on anything in the database, as sorted lines. */
async function rightsIn({ urlOf }: RolesDatabase): Promise<readonly string[]> {
  return onServer(urlOf(), async (query) => {
    const rows = await query(`
      with acl (thing, items) as (
        select 'relation ' || oid::regclass, relacl from pg_class
        union all select 'column ' || attrelid::regclass || '.' || attname, attacl from pg_attribute where attacl is not null
        union all select 'schema ' || nspname, nspacl from pg_namespace
        union all select 'routine ' || oid::regprocedure, proacl from pg_proc
        union all select 'default ' || defaclrole::regrole || ' ' || defaclnamespace::text || ' ' || defaclobjtype::text, defaclacl
        from pg_default_acl
      )
      select concat_ws(' ', thing, grantee::regrole, privilege_type, is_grantable) as line
      from acl, aclexplode(items)
      where grantee::regrole::text in ('winnow_api', 'winnow_worker', 'winnow_monitor')
      order by 1`);
    return rows.map(({ line }) => String(line));
  });
}

it('Grants are given anew, statement by statement, in the middle of a bulk delete, and refuse nobody anything.', async () => {
  const database = await createRolesDatabase();
  const { owner, urlOf } = database;
  const org = await createOrganization(owner);
  await insertFaultLeads(owner, org, LEADS);
  const env = {
    WINNOW_PAGE_SIZE: '4',
    WINNOW_LANES: '1',
    WINNOW_SYNCHRONOUS_MS: '0',
    WINNOW_RATE_LIMIT: '0',
  };
  const [api, worker] = await Promise.all([
    spawnApi({ ...env, DATABASE_URL: urlOf('winnow_api') }),
    spawnWorker({ ...env, DATABASE_URL: urlOf('winnow_worker') }),
  ]);
  const client = createHttpClient(api.url, org.apiKey);
  const id = await client.startBulkDelete(ALL_LEADS);
  const look = async () => {
    const { status, body } = await client.get(`bulk_action/delete/${id}/`);
    expect({ status, body }).toMatchObject({ status: 200 });
    return body;
  };
  const waitForPage = async () => {
    const { n_objects_processed: before } = await look();
    await waitFor(
      async () => {
        const { status, n_objects_processed: now } = await look();
        return now !== before || status === 'done' || status === 'error';
      },
      { what: 'the next page', pollMs: 1 },
    );
  };
  await waitForPage();
  for (let round = 0; round < ROUNDS; round += 1)
    for (const file of FILES)
      await onServer(urlOf('winnow_migrate'), async (run) => {
        for (const [index, statement] of sqlStatements(await readRolesFile(file)).entries()) {
          await run(statement);
          // Rights have just been taken back, so far as they are: a page has to do without them.
          if (index <= 2) await waitForPage();
        }
      });
  expect(await look()).toMatchObject({ status: 'processing', n_objects_failed: 0 });
  await expectDeletedOnce(owner, LEADS, await client.waitForEnd(id));
  for (const running of [api, worker]) {
    running.kill('SIGTERM');
    expect((await running.exited).code).toBe(0);
    expect(linesOf(running).filter(({ level }) => Number(level) >= ERROR_LEVEL)).toEqual([]);
    expect(running.output()).not.toMatch(/permission denied|42501/);
  }
});

it.each(FILES)('%s changes nothing for others before it is through.', async (file) => {
  const database = await createRolesDatabase();
  const before = await rightsIn(database);
  await onServer(database.urlOf('winnow_migrate'), async (run) => {
    const statements = sqlStatements(await readRolesFile(file));
    for (const statement of statements.slice(0, -1)) {
      await run(statement);
      expect(await rightsIn(database)).toEqual(before);
    }
    await run('rollback');
  });
});

it('Grants may be given by a superuser too, take back what they do not give, and come out the same.', async () => {
  const database = await createRolesDatabase();
  const rights = await rightsIn(database);
  await onServer(database.urlOf('winnow_migrate'), (run) =>
    run(`
      grant all on api_key to winnow_worker;
      grant update (url), select (url) on webhook_subscription to winnow_worker, winnow_monitor;
      grant all on all sequences in schema public to winnow_api;
      grant execute on function archive_make_partitions(), archive_drop_next() to winnow_api;
      grant create on schema public to winnow_api;
      grant all on schema archive to winnow_monitor;
      grant select on all tables in schema archive to winnow_monitor;
      grant all on schema bullmq to winnow_monitor;
      grant all on all tables in schema bullmq to winnow_worker;
      alter default privileges in schema archive grant all on tables to winnow_monitor;
      alter default privileges in schema bullmq grant all on sequences to winnow_monitor;
      alter default privileges grant select on tables to winnow_monitor;
      alter default privileges grant execute on functions to winnow_api;
      alter default privileges grant usage on schemas to winnow_api;
    `),
  );
  expect(await rightsIn(database)).not.toEqual(rights);
  for (const giver of [undefined, 'winnow_migrate'] as const) {
    const statements = sqlStatements(await readRolesFile('grants.sql'));
    await onServer(database.urlOf(giver), async (run) => {
      for (const statement of statements) await run(statement);
    });
    expect(await rightsIn(database)).toEqual(rights);
  }
  await onServer(database.urlOf(), async (run) => {
    for (const statement of sqlStatements(await readRolesFile('api-without-delete.sql')))
      await run(statement);
  });
  const withoutDelete = await rightsIn(database);
  await onServer(database.urlOf('winnow_migrate'), async (run) => {
    for (const file of FILES) await run(await readRolesFile(file));
  });
  expect(await rightsIn(database)).toEqual(withoutDelete);
});

it('Grants leave the tables and functions of others alone.', async () => {
  const database = await createRolesDatabase();
  await onServer(database.urlOf(), (run) =>
    run(`
      create table stranger (a int);
      grant select on stranger to winnow_worker;
      create function strange() returns int language sql as 'select 1';
      revoke execute on function strange from public;
      grant execute on function strange to winnow_api;
    `),
  );
  const before = await rightsIn(database);
  expect(await database.attempt('winnow_migrate', await readRolesFile('grants.sql'))).toBeUndefined();
  expect(await rightsIn(database)).toEqual(before);
});

it('A partition that is made after the grants is ready for the processes, whoever gave them.', async () => {
  const database = await createRolesDatabase();
  await onServer(database.urlOf(), async (run) => {
    await run(
      'alter default privileges for role winnow_migrate in schema archive revoke all on tables from winnow_api, winnow_worker',
    );
    await run(await readRolesFile('grants.sql'));
  });
  await sql`
    select archive_add_partition('lead', 'lead_later', '0fffffff-0000-7000-8000-000000000000', '0fffffff-1000-7000-8000-000000000000')
  `.execute(database.owner);
  expect(await database.attempt('winnow_worker', 'delete from archive.lead_later')).toBeUndefined();
  expect(await database.attempt('winnow_api', 'select from archive.lead_later')).toBeUndefined();
});
