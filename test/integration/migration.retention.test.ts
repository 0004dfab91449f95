import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { newId } from '@winnow/catalog';
import { connect } from '@winnow/db';
import { sql } from 'kysely';
import { expect, inject, it } from 'vitest';
import { onServer } from '../support/admin-connection.ts';
import { idAt, readRows, weeksAgo } from '../support/index.ts';
import { databaseUrl } from '../support/migrated-database.ts';

const FOLDER = new URL('../../packages/db/src/migrations/', import.meta.url);
const RETENTION = '0017_retention.sql';
/** No UUID of version 7, and far behind the ids of this week. */
const ODD_ID = 'f47ac10b-58cc-4372-a567-0e02b2c3d479';

it('An archive that holds records becomes partitioned with all of them, and everybody gets 30 days from then.', async () => {
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
    const before = (await readdir(FOLDER)).filter((file) => file.endsWith('.sql') && file < RETENTION).sort();
    const run = async (file: string) =>
      db
        .transaction()
        .execute(async (trx) => sql.raw(await readFile(new URL(file, FOLDER), 'utf8')).execute(trx));
    for (const file of before) await run(file);

    const organization = newId();
    const [old, recent, running] = [idAt(weeksAgo(20)), newId(), newId()];
    await sql`insert into organization (id, name) values (${organization}, 'Old')`.execute(db);
    for (const [id, finished] of [
      [old, weeksAgo(20)],
      [recent, weeksAgo(0)],
      [ODD_ID, weeksAgo(1)],
      [running, null],
    ] as const) {
      await sql`
        insert into bulk_delete (id, organization_id, source, object_type, status, page_size, n_objects, n_roots,
          n_objects_processed, n_objects_deleted, n_roots_processed, date_finished)
        values (${id}, ${organization}, 'query', 'lead', ${finished === null ? 'processing' : 'done'}, 1,
          ${finished === null ? 2 : 1}, 1, 1, 1, 1, ${finished})
      `.execute(db);
      await sql`
        insert into archive.lead select (jsonb_populate_record(null::archive.lead,
          to_jsonb(l) || jsonb_build_object('bulk_delete_id', ${id}::text, 'page_no', 1, 'date_archived', now()))).*
        from (select gen_random_uuid() as id, ${organization}::uuid as organization_id, 'B' as name, '' as description,
          now() as date_created, now() as date_updated, '{"a": [1]}'::jsonb as custom, '{}'::jsonb as metadata) as l
      `.execute(db);
      await sql`
        insert into archive.detached_link (bulk_delete_id, page_no, table_name, column_name, row_id, target_id)
        values (${id}, 1, 'task', 'contact_id', gen_random_uuid(), gen_random_uuid())
      `.execute(db);
    }
    const leads = await readRows(db, 'archive.lead');
    const indexes = await sql<{ n: number }>`
      select count(*) as n from pg_indexes where schemaname = 'archive'`.execute(db);
    await run(RETENTION);

    expect(await readRows(db, 'archive.lead')).toEqual(leads);
    const { rows: placed } = await sql<{ id: string; lead: string; link: string }>`
      select bulk_delete_id as id, l.tableoid::regclass::text as lead, d.tableoid::regclass::text as link
      from archive.lead l join archive.detached_link d using (bulk_delete_id)
    `.execute(db);
    expect(placed).toHaveLength(4);
    for (const { id, lead, link } of placed) {
      expect(lead).toMatch(id === ODD_ID ? /^archive\.lead_default$/ : /^archive\.lead_until_\d{8}$/);
      expect(link).toMatch(
        id === ODD_ID ? /^archive\.detached_link_default$/ : /^archive\.detached_link_until_\d{8}$/,
      );
    }

    // Each index of a table has one of each of its partitions, those of old ones included: none was built a second time.
    const { rows: built } = await sql<{ n: number; partitions: number; invalid: number }>`
      select count(*) filter (where c.relkind = 'I') as n,
        count(*) filter (where i.indrelid::regclass::text like '%\_until\_%') as partitions,
        count(*) filter (where not i.indisvalid) as invalid
      from pg_index i join pg_class c on c.oid = i.indexrelid
      where c.relnamespace = 'archive'::regnamespace
    `.execute(db);
    expect(built).toEqual([{ n: indexes.rows[0]?.n, partitions: indexes.rows[0]?.n, invalid: 0 }]);

    const { rows: kept } = await sql<{ id: string; days: number | null }>`
      select id, round(extract(epoch from date_undo_expires - now()) / 86400)::int as days from bulk_delete
    `.execute(db);
    expect(new Map(kept.map(({ id, days }) => [id, days]))).toEqual(
      new Map([
        [old, 30],
        [recent, 30],
        [ODD_ID, 30],
        [running, null],
      ]),
    );
  } finally {
    await db.destroy();
    await onServer(server, (run) => run(`drop database ${name}`));
  }
});
