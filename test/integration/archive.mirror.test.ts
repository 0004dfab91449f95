import { checkCatalog, createBulkDelete } from '@winnow/bulk-delete';
import { CRM_CATALOG } from '@winnow/catalog';
import { type Db, inspectSchema } from '@winnow/db';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  actorOf,
  countRows,
  createDatabase,
  createEngine,
  createOrganization,
  queueFor,
  readRows,
  requestFor,
  spawnWorker,
  type TestDatabase,
  type TestOrganization,
  undo,
  workToEnd,
} from '../support/index.ts';
import { insertRow } from '../support/rows.ts';

let database: TestDatabase;
let db: Db;
let org: TestOrganization;
beforeEach(async () => {
  database = await createDatabase();
  ({ db } = database);
  org = await createOrganization(db);
});

const run = (text: string) => sql.raw(text).execute(db);
const deleteAll = async (rest = {}) => {
  const deps = createEngine(db);
  const { id } = await createBulkDelete(deps, actorOf(org), requestFor('lead', [], rest));
  return workToEnd(deps, id);
};

it('Every table of the catalog has an archive table with the same columns of the same types, and partitions.', async () => {
  const { columns, types, archiveColumns, archiveTypes, unpartitioned } = await inspectSchema(
    db,
    CRM_CATALOG,
  );
  expect(Object.keys(columns).sort()).toEqual(Object.keys(CRM_CATALOG.tables).sort());
  for (const [table, live] of Object.entries(columns)) {
    const typed = (of: typeof types) => Object.fromEntries(live.map((name) => [name, of[table]?.[name]]));
    expect(archiveColumns[table]).toEqual(expect.arrayContaining([...live]));
    expect({ table, ...typed(archiveTypes) }).toEqual({ table, ...typed(types) });
  }
  expect(unpartitioned).toEqual([]);
});

it('A worker names at its start each column that the archive lacks or has with another type.', async () => {
  await run(
    `alter table lead add column shoe_size integer; alter table archive.contact alter column title type varchar(10)`,
  );
  const worker = await spawnWorker((await queueFor('postgres', database.url)).env);
  const output = worker.output();
  worker.kill('SIGKILL');
  await worker.exited;
  expect(output).toContain('Column archive.lead.shoe_size is missing: its values could not be archived.');
  expect(output).toContain(
    'Column archive.contact.title is character varying(10) and public.contact.title is text: its values could not be archived as they are.',
  );
});

describe('A bulk delete', () => {
  it.each([
    ['alter table lead add column shoe_size integer', 'Column archive.lead.shoe_size is missing'],
    ['alter table lead alter column metadata type text', 'Column archive.lead.metadata is jsonb'],
    ['alter table archive.lead drop column description', 'Column archive.lead.description is missing'],
    [
      'alter table archive.lead alter column description set not null; alter table lead alter column description drop not null',
      'Column archive.lead.description may not be empty',
    ],
    ['drop table archive.detached_link', '"archive.detached_link" does not exist'],
  ])('ends in error before the first row after: %s', async (change, problem) => {
    await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'A' });
    // Its plan is made before, and must not be trusted.
    expect(await deleteAll()).toMatchObject({ status: 'done', n_objects_deleted: 1 });
    await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'B' });
    if (change.includes('metadata')) {
      await run(
        'alter table lead drop constraint lead_metadata_check; alter table lead alter column metadata drop default',
      );
    }
    await run(change);
    const row = await deleteAll();
    expect(row).toMatchObject({ status: 'error', n_objects_deleted: 0 });
    expect(row.error_message).toContain(problem);
    expect(await countRows(db, 'lead')).toBe(1);
    // What keeps no archive loses nothing in one.
    expect(await deleteAll({ archive: false })).toMatchObject({ status: 'done', n_objects_deleted: 1 });
  });

  it.each([
    ['is gone, whatever the archive had in it', 'alter table lead drop column description'],
    [
      'has another name, in the archive too',
      'alter table lead rename column source to origin; alter table archive.lead rename column source to origin',
    ],
    ['may be empty since', 'alter table lead alter column description drop not null'],
  ])('goes on, planned anew, when a column %s.', async (_what, change) => {
    const own = { organization_id: org.organizationId };
    await insertRow(db, 'lead', { ...own, name: 'A' });
    expect(await deleteAll()).toMatchObject({ status: 'done', n_objects_deleted: 1 });
    await run(change);
    await insertRow(db, 'lead', { ...own, name: 'B', ...(/drop not/.test(change) && { description: null }) });
    const before = await readRows(db, 'lead');
    const row = await deleteAll();
    expect(row).toMatchObject({ status: 'done', n_objects_deleted: 1 });
    await undo(createEngine(db), org, row.id);
    expect(await readRows(db, 'lead')).toEqual(before);
  });

  it('archives the values of a new column as soon as the archive has it, in every partition.', async () => {
    await run('alter table lead add column shoe_size integer');
    const lead = { organization_id: org.organizationId, name: 'A', shoe_size: 43 };
    await insertRow(db, 'lead', lead);
    expect(await deleteAll()).toMatchObject({ status: 'error' });
    await run('alter table archive.lead add column shoe_size integer');
    const before = await readRows(db, 'lead');
    const row = await deleteAll();
    expect(row).toMatchObject({ status: 'done', n_objects_deleted: 1 });
    await undo(createEngine(db), org, row.id);
    expect(await readRows(db, 'lead')).toEqual(before);
  });
});

it('A later migration makes the archive table of a new table with one call.', async () => {
  await run(`
    create table invoice (id uuid primary key, organization_id uuid not null, lead_id uuid, total numeric(12, 2));
    select archive_mirror('invoice', true);
  `);
  const { rows } = await sql<{ name: string; indexes: number }>`
    select p.partition_name as name, (select count(*) from pg_index i where i.indrelid = ('archive.' || p.partition_name)::regclass) as indexes
    from archive_partition p where p.table_name = 'invoice' order by 1
  `.execute(db);
  expect(rows.map(({ indexes }) => indexes)).toEqual([2, 2, 2]);
  expect(rows.map(({ name }) => name)).toEqual([
    'invoice_default',
    expect.stringMatching(/^invoice_w\d{8}$/),
    expect.stringMatching(/^invoice_w\d{8}$/),
  ]);
});

it('The check names an archive table that has no partition for this week.', async () => {
  const { rows } = await sql<{ name: string }>`
    select partition_name as name from archive_partition
    where table_name = 'task' and from_id <= archive_id_at(now()) and to_id > archive_id_at(now())
  `.execute(db);
  await run(`drop table archive.${rows[0]?.name}`);
  expect((await checkCatalog(db, CRM_CATALOG)).problems).toEqual([
    expect.stringContaining('Table archive.task has no partition for this week'),
  ]);
});
