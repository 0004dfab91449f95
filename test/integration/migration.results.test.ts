import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { newId } from '@winnow/catalog';
import { connect } from '@winnow/db';
import { sql } from 'kysely';
import { expect, inject, it } from 'vitest';
import { onServer } from '../support/admin-connection.ts';
import { databaseUrl } from '../support/migrated-database.ts';

const FOLDER = new URL('../../packages/db/src/migrations/', import.meta.url);
const RESULTS = '0016_results.sql';

it('Outcomes of bulk deletes from before they were kept are worked out, as far as anybody can know them.', async () => {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const server = inject('postgresUrl');
  await onServer(server, (run) => run(`create database ${name} template template0`));
  const db = connect({
    connectionString: databaseUrl(server, name),
    applicationName: 'winnow-test-migration',
    poolSize: 1,
    statementTimeoutMs: 60_000,
    onIdleError: () => {},
  });
  try {
    const before = (await readdir(FOLDER)).filter((file) => file.endsWith('.sql') && file < RESULTS).sort();
    const run = async (file: string) =>
      db
        .transaction()
        .execute(async (trx) => sql.raw(await readFile(new URL(file, FOLDER), 'utf8')).execute(trx));
    for (const file of before) await run(file);

    const [organization, archived, bare] = [newId(), newId(), newId()];
    const [a, b, c, d, e] = [newId(), newId(), newId(), newId(), newId()];
    await sql`insert into organization (id, name) values (${organization}, 'Old')`.execute(db);
    await sql`
      insert into bulk_delete (id, organization_id, source, object_type, status, page_size, archive, n_objects, n_roots,
        n_objects_processed, n_objects_deleted, n_objects_not_found, date_finished)
      values (${archived}, ${organization}, 'query', 'lead', 'cancelled', 3, true, 5, 5, 4, 1, 3, now()),
             (${bare}, ${organization}, 'query', 'lead', 'cancelled', 3, false, 2, 2, 2, 1, 1, now())
    `.execute(db);
    await sql`
      insert into bulk_delete_page (bulk_delete_id, page_no, object_ids, n_roots, status, n_deleted, n_not_found)
      values (${archived}, 1, ${[a, b, c]}::uuid[], 3, 'done', 1, 2),
             (${archived}, 2, ${[d]}::uuid[], 1, 'done', 0, 1),
             (${archived}, 3, ${[e]}::uuid[], 1, 'pending', 0, 0),
             (${bare}, 1, ${[a, b]}::uuid[], 2, 'done', 1, 1)
    `.execute(db);
    await sql`
      insert into archive.lead select (jsonb_populate_record(null::archive.lead,
        to_jsonb(l) || jsonb_build_object('bulk_delete_id', ${archived}::text, 'page_no', 1, 'date_archived', now()))).*
      from (select ${b}::uuid as id, ${organization}::uuid as organization_id, 'B' as name, '' as description,
        now() as date_created, now() as date_updated, '{}'::jsonb as custom, '{}'::jsonb as metadata) as l
    `.execute(db);
    await run(RESULTS);

    const { rows } = await sql`
      select bulk_delete_id as id, page_no, first_position, not_found_ids from bulk_delete_page order by 1, 2
    `.execute(db);
    expect(rows).toEqual([
      { id: archived, page_no: 1, first_position: 1, not_found_ids: [a, c] },
      { id: archived, page_no: 2, first_position: 4, not_found_ids: [d] },
      { id: archived, page_no: 3, first_position: 5, not_found_ids: [] },
      { id: bare, page_no: 1, first_position: 1, not_found_ids: null },
    ]);
    const left = await sql`select n_objects_unprocessed as n from bulk_delete order by id`.execute(db);
    expect(left.rows).toEqual([{ n: 1 }, { n: 0 }]);
  } finally {
    await db.destroy();
    await onServer(server, (run) => run(`drop database ${name}`));
  }
});
