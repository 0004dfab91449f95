import { readFile } from 'node:fs/promises';
import { checkCatalog, createBulkDelete, deleteByIds, presentBulkDelete } from '@winnow/bulk-delete';
import { CRM_CATALOG } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  actorOf,
  countRows,
  createDatabase,
  createEngine,
  createOrganization,
  fieldCondition,
  insertRow,
  LIBRARY_CATALOG,
  requestFor,
  type TestOrganization,
  workToEnd,
} from '../support/index.ts';

let db: Db;
let org: TestOrganization;

beforeEach(async () => {
  ({ db } = await createDatabase());
  org = await createOrganization(db);
});

describe('on a schema that has nothing to do with a CRM', () => {
  beforeEach(async () => {
    await sql
      .raw(await readFile(new URL('../support/library-catalog.sql', import.meta.url), 'utf8'))
      .execute(db);
  });

  async function insertAuthor(name: string, branch_id: string) {
    const author = await insertRow(db, 'library.author', { branch_id, name });
    const book = await insertRow(db, 'library.book', {
      branch_id,
      author_id: author,
      title: `${name}’s book`,
      pages: 300,
    });
    await insertRow(db, 'library.loan', { branch_id, book_id: book });
    const review = await insertRow(db, 'library.review', { branch_id, book_id: book, body: 'good' });
    return { author, book, review };
  }

  it('a query deletes with cascade, archive, detached links and exact counts', async () => {
    const deps = createEngine(db, {}, LIBRARY_CATALOG);
    const other = await createOrganization(db);
    await insertAuthor('Ursula', org.organizationId);
    await insertAuthor('Stanislaw', org.organizationId);
    await insertAuthor('Ursula', other.organizationId);
    const created = await createBulkDelete(
      deps,
      actorOf(org),
      requestFor('author', [
        fieldCondition('author', 'name', { type: 'text', mode: 'full_words', value: 'ursula' }),
      ]),
    );

    const row = await workToEnd(deps, created.id);

    expect(row).toMatchObject({
      status: 'done',
      n_objects: 1,
      n_objects_deleted: 1,
      n_roots: 1,
      deleted_counts: { author: 1, book: 1, loan: 1 },
    });
    expect(await countRows(db, 'library.author')).toBe(2);
    expect(await countRows(db, 'library_archive.book')).toBe(1);
    expect(await countRows(db, 'library_archive.detached_link')).toBe(1);
    expect(await countRows(db, 'library.review')).toBe(3);
    expect(presentBulkDelete(row, LIBRARY_CATALOG)).toMatchObject({ bulk_object_type: 'author', n_leads: 1 });
  });

  it('books are deleted by id, and counted with the authors they belong to', async () => {
    const deps = createEngine(db, {}, LIBRARY_CATALOG);
    const { book } = await insertAuthor('Ursula', org.organizationId);

    const row = await deleteByIds(deps, actorOf(org), { objectType: 'book', ids: [book], source: 'ids' });

    expect(row).toMatchObject({ status: 'done', deleted_counts: { book: 1, loan: 1 }, n_roots_processed: 1 });
    expect(await countRows(db, 'library.author')).toBe(1);
  });

  it('the start-up check finds nothing to complain of', async () => {
    expect(await checkCatalog(db, LIBRARY_CATALOG)).toEqual({ problems: [], fastPath: true });
  });
});

describe('the start-up check', () => {
  it('finds the migrated CRM in order: every foreign key covered and indexed, every column archived', async () => {
    expect(await checkCatalog(db, CRM_CATALOG)).toEqual({ problems: [], fastPath: true });
  });

  it('names a missing index, a foreign key outside the catalog, a column that is not archived, a missing archive table and a trigger', async () => {
    await sql`drop index task_contact_id`.execute(db);
    await sql`create table invoice (id uuid primary key, lead_id uuid references lead (id))`.execute(db);
    await sql`alter table contact add column nickname text`.execute(db);
    await sql`drop table archive.address`.execute(db);
    await sql`create function keep_row() returns trigger language plpgsql as 'begin return old; end'`.execute(
      db,
    );
    await sql`create trigger keep before delete on opportunity for each row execute function keep_row()`.execute(
      db,
    );

    const { problems, fastPath } = await checkCatalog(db, CRM_CATALOG);

    expect(fastPath).toBe(false);
    expect(problems).toHaveLength(6);
    const text = problems.join('\n');
    expect(text).toMatch(/task_contact_fk has no index that begins with task\.contact_id/);
    expect(text).toMatch(/invoice_lead_id_fkey has no index/);
    expect(text).toMatch(/invoice_lead_id_fkey \(invoice\.lead_id -> lead\) is not in the catalog/);
    expect(text).toMatch(/archive\.contact\.nickname is missing/);
    expect(text).toMatch(/archive\.address is missing/);
    expect(text).toMatch(/Table opportunity has triggers/);
  });

  it('says so when the role may not switch triggers off, and pages still delete everything', async () => {
    await sql`drop role if exists winnow_plain_role`.execute(db);
    await sql`create role winnow_plain_role`.execute(db);
    await sql`grant usage on schema public, archive to winnow_plain_role`.execute(db);
    await sql`grant all on all tables in schema public, archive to winnow_plain_role`.execute(db);
    const id = await insertRow(db, 'lead', { organization_id: org.organizationId });

    await db.connection().execute(async (session) => {
      await sql`set role winnow_plain_role`.execute(session);
      expect(await checkCatalog(session, CRM_CATALOG)).toEqual({
        problems: [expect.stringContaining('may not set session_replication_role')],
        fastPath: false,
      });
      const row = await deleteByIds(createEngine(session), actorOf(org), {
        objectType: 'lead',
        ids: [id],
        source: 'ids',
      });
      expect(row).toMatchObject({ status: 'done', n_objects_deleted: 1 });
      await sql`reset role`.execute(session);
    });
    await sql`drop owned by winnow_plain_role`.execute(db);
    await sql`drop role winnow_plain_role`.execute(db);
  });
});
