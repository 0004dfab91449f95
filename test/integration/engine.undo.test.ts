import { readFile } from 'node:fs/promises';
import {
  controlBulkDelete,
  createBulkDelete,
  deleteByIds,
  previewUndo,
  runBulkActionSlice,
  UNDO_TRANSITIONS,
  UndoError,
} from '@winnow/bulk-delete';
import { CRM_CATALOG, encodeId, newId } from '@winnow/catalog';
import { type Db, takeLane } from '@winnow/db';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  actorOf,
  conflictsOf,
  countRows,
  createDatabase,
  createEngine,
  createOrganization,
  insertLeadFamily,
  insertRow,
  LIBRARY_CATALOG,
  readRows,
  requestFor,
  startUndo,
  type TestOrganization,
  undo,
  waitFor,
  workToEnd,
  workUndoToEnd,
} from '../support/index.ts';
import { families, insertFamilies } from '../support/random-families.ts';

const RUNS = 15;
/** What undo may not leave changed: every live table, and every mirror. */
const CRM_TABLES = Object.keys(CRM_CATALOG.tables).flatMap((name) => [name, `archive.${name}`]);

let db: Db;
let org: TestOrganization;
let deps: ReturnType<typeof createEngine>;
/** Gives each turn one page. */
let onePage: typeof deps;

beforeEach(async () => {
  ({ db } = await createDatabase());
  org = await createOrganization(db);
  await logStatusChanges();
  deps = createEngine(db, { pageSize: 2 });
  onePage = createEngine(db, { pageSize: 1, lanes: 1, sliceMs: 1 });
});

/** Every change of status of the test, whoever made it, is one of the table. */
afterEach(async () => {
  const { rows } = await sql<{ was: keyof typeof UNDO_TRANSITIONS; became: string }>`
    select was, became from status_change
  `.execute(db);
  for (const { was, became } of rows)
    expect(UNDO_TRANSITIONS[was], `${was} to ${became}`).toHaveProperty(became);
});

async function logStatusChanges(): Promise<void> {
  await sql
    .raw(`
      create table status_change (was text, became text);
      create function log_status_change() returns trigger language plpgsql as
        $$ begin insert into status_change values (old.status, new.status); return null; end $$;
      create trigger log_status_change after update of status on bulk_undo
        for each row when (old.status <> new.status) execute function log_status_change()
    `)
    .execute(db);
}

/** Live and archive as they are, to the byte. When it was archived is not compared. */
async function readWorld(of: Db = db) {
  const world = new Map<string, ReadonlyMap<string, string>>();
  for (const table of CRM_TABLES) world.set(table, await readRows(of, table, ['date_archived']));
  return world;
}

const deleteOnes = (objectType: string, ids: readonly string[]) =>
  deleteByIds(deps, actorOf(org), { objectType, ids, source: 'ids' });

describe('Undoing a bulk delete', () => {
  it('gives back a lead with all its children and links, to the byte, and empties the archive.', async () => {
    const { lead } = await insertLeadFamily(db, org.organizationId, {
      custom: '{"b": 1, "a": [1.50, null]}',
    });
    await sql`update lead set date_updated = '2019-05-03 04:05:06.123456+02', date_status_changed = now()`.execute(
      db,
    );
    await insertRow(db, 'custom_object', {
      organization_id: org.organizationId,
      lead_id: lead,
      name: 'Batmobile',
    });
    const before = await readWorld();
    const { id } = await deleteOnes('lead', [lead]);
    expect(await countRows(db, 'lead')).toBe(0);

    const row = await undo(deps, org, id);

    expect(await readWorld()).toEqual(before);
    expect(await countRows(db, 'archive.detached_link')).toBe(0);
    expect(row).toMatchObject({
      status: 'done',
      n_objects: 11,
      n_objects_restored: 11,
      n_objects_failed: 0,
      n_objects_not_found: 0,
      n_links_restored: 3,
      n_links_failed: 0,
      restored_counts: { lead: 1, contact: 1, 'activity.note': 1, 'activity.call': 1, custom_object: 1 },
    });
    const [bulkDelete] = await db.selectFrom('bulk_delete').select(['undo_id', 'date_undone']).execute();
    expect(bulkDelete).toEqual({ undo_id: row.id, date_undone: row.date_finished });
  });

  it('gives back any family in any pages, by two workers at once, to the byte.', async () => {
    await fc.assert(
      fc.asyncProperty(
        families,
        fc.constantFrom('lead', 'contact', 'opportunity'),
        fc.integer({ min: 1, max: 4 }),
        async (sprouts, objectType, pageSize) => {
          const other = await createOrganization(db);
          await insertFamilies(db, other.organizationId, sprouts);
          const before = await readWorld();
          const engine = createEngine(db, { pageSize, lanes: 2 });
          const { id } = await createBulkDelete(engine, actorOf(other), requestFor(objectType, []));
          await Promise.all([workToEnd(engine, id), workToEnd(engine, id)]);
          const deleted = await workToEnd(engine, id);
          if (deleted.n_objects_deleted === 0) return;
          expect(await readWorld()).not.toEqual(before);

          const started = await startUndo(engine, other, id);
          await Promise.all([workUndoToEnd(engine, started.id), workUndoToEnd(engine, started.id)]);
          const row = await workUndoToEnd(engine, started.id);

          expect(await conflictsOf(db, row.id)).toEqual([]);
          expect(await readWorld()).toEqual(before);
          expect(await countRows(db, 'archive.detached_link')).toBe(0);
          expect(row).toMatchObject({ status: 'done', restored_counts: deleted.deleted_counts });
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('of one that was cancelled in the middle gives back what it took so far.', async () => {
    for (let i = 0; i < 6; i += 1) await insertLeadFamily(db, org.organizationId);
    const before = await readWorld();
    const { id } = await createBulkDelete(onePage, actorOf(org), requestFor('lead', []));
    await waitFor(
      async () => {
        await runBulkActionSlice(onePage, id, new AbortController().signal);
        return (await countRows(db, 'lead')) < 6;
      },
      { what: 'the first pages' },
    );
    await controlBulkDelete(deps, actorOf(org), { id, wanted: 'cancelled' });
    expect(await countRows(db, 'lead')).toBeGreaterThan(0);
    expect(await undo(deps, org, id)).toMatchObject({ status: 'done' });
    expect(await readWorld()).toEqual(before);
  });

  it('and deleting what came back again, and undoing that, works as the first time.', async () => {
    const { lead } = await insertLeadFamily(db, org.organizationId);
    const before = await readWorld();
    const first = await deleteOnes('lead', [lead]);
    await undo(deps, org, first.id);
    const second = await deleteOnes('lead', [lead]);
    expect(second.deleted_counts).toEqual(first.deleted_counts);
    await undo(deps, org, second.id);
    expect(await readWorld()).toEqual(before);
    await expect(startUndo(deps, org, first.id)).rejects.toThrow(/nothing to undo/);
  });

  it('works on a schema that has nothing to do with a CRM.', async () => {
    await sql
      .raw(await readFile(new URL('../support/library-catalog.sql', import.meta.url), 'utf8'))
      .execute(db);
    const library = createEngine(db, { pageSize: 1 }, LIBRARY_CATALOG);
    const branch_id = org.organizationId;
    for (const name of ['Ursula', 'Stanislaw']) {
      const author_id = await insertRow(db, 'library.author', { branch_id, name });
      const book_id = await insertRow(db, 'library.book', {
        branch_id,
        author_id,
        title: 'a book',
        pages: 300,
      });
      await insertRow(db, 'library.loan', { branch_id, book_id });
      await insertRow(db, 'library.review', { branch_id, book_id, body: 'good' });
    }
    const tables = Object.keys(LIBRARY_CATALOG.tables).flatMap((name) => [
      `library.${name}`,
      `library_archive.${name}`,
    ]);
    const read = () => Promise.all(tables.map((table) => readRows(db, table)));
    const before = await read();
    const { id } = await createBulkDelete(library, actorOf(org), requestFor('author', []));
    await workToEnd(library, id);
    expect(await countRows(db, 'library.author')).toBe(0);

    expect(await undo(library, org, id)).toMatchObject({
      status: 'done',
      restored_counts: { author: 2, book: 2, loan: 2 },
      n_links_restored: 2,
    });
    expect(await read()).toEqual(before);
  });
});

describe('A link that was cut twice by one bulk delete', () => {
  it('and whose record is gone is one conflict, counted on both pages: the undo is done.', async () => {
    const organization_id = org.organizationId;
    const lead_id = await insertRow(db, 'lead', { organization_id });
    const one = await insertRow(db, 'contact', { organization_id, lead_id });
    const two = await insertRow(db, 'contact', { organization_id, lead_id });
    const paper = await insertRow(db, 'document', { organization_id, contact_id: one, name: 'paper' });
    const { id } = await createBulkDelete(onePage, actorOf(org), requestFor('contact', []));
    await waitFor(
      async () => {
        await runBulkActionSlice(onePage, id, new AbortController().signal);
        return (await countRows(db, 'contact')) === 1;
      },
      { what: 'the first page' },
    );
    await sql`update document set contact_id = ${two} where id = ${paper}`.execute(db);
    expect(await workToEnd(deps, id)).toMatchObject({ status: 'done', n_objects_deleted: 2 });
    await sql`delete from document where id = ${paper}`.execute(db);

    const undone = await undo(deps, org, id);
    expect(undone).toMatchObject({ status: 'done', n_objects_restored: 2, n_links_failed: 2 });
    expect(await conflictsOf(db, undone.id)).toMatchObject([
      { object_type: 'document', object_id: paper, link: 'contact_id', code: 'link_record_gone' },
    ]);
  });
});

describe('What is refused', () => {
  it('is an undo of one that runs, that kept no archive, or took nothing.', async () => {
    await insertLeadFamily(db, org.organizationId);
    const running = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
    await expect(startUndo(deps, org, running.id)).rejects.toThrow(/has not ended/);
    await sql`update bulk_delete set status = 'paused', date_paused = now()`.execute(db);
    await expect(startUndo(deps, org, running.id)).rejects.toThrow(/cancel it first/);

    const nothing = await deleteOnes('lead', [newId()]);
    await expect(startUndo(deps, org, nothing.id)).rejects.toThrow(/nothing to undo/);

    const bare = await createBulkDelete(deps, actorOf(org), requestFor('lead', [], { archive: false }));
    await workToEnd(deps, bare.id);
    await expect(startUndo(deps, org, bare.id)).rejects.toThrow(UndoError);
    await expect(startUndo(deps, org, bare.id)).rejects.toThrow(/"archive": false/);
    expect(await countRows(db, 'bulk_undo')).toBe(0);
  });

  it('is an undo while a page of a bulk delete that ended in error is still in hand.', async () => {
    const { lead } = await insertLeadFamily(db, org.organizationId);
    const { id } = await deleteOnes('lead', [lead]);
    await db.transaction().execute(async (holder) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${id}, 2))`.execute(holder);
      await expect(startUndo(deps, org, id)).rejects.toThrow(/still in hand/);
    });
    expect(await undo(deps, org, id)).toMatchObject({ status: 'done' });
  });

  it('is an undo while a page of an earlier undo that ended in error is still in hand.', async () => {
    const { lead } = await insertLeadFamily(db, org.organizationId);
    const { id } = await deleteOnes('lead', [lead]);
    const earlier = await startUndo(deps, org, id);
    await sql`update bulk_undo set status = 'error', error_message = 'x', date_finished = now() where id = ${earlier.id}`.execute(
      db,
    );
    await db.transaction().execute(async (trx) => {
      await takeLane(trx, earlier.id, 1);
      await expect(startUndo(deps, org, id)).rejects.toThrow(/page of an earlier undo is still in hand/);
    });
    expect(await undo(deps, org, id)).toMatchObject({ status: 'done', n_objects_failed: 0 });
  });

  it('is an undo of another organization’s: it is like a missing one.', async () => {
    const { lead } = await insertLeadFamily(db, org.organizationId);
    const { id } = await deleteOnes('lead', [lead]);
    const other = await createOrganization(db);
    await expect(startUndo(deps, other, id)).rejects.toThrow(/there is no bulk delete/);
    expect(await countRows(db, 'lead')).toBe(0);
  });

  it('is a second undo while the first runs: it is given that one.', async () => {
    const { lead } = await insertLeadFamily(db, org.organizationId);
    const { id } = await deleteOnes('lead', [lead]);
    const [first, second] = await Promise.all([startUndo(deps, org, id), startUndo(deps, org, id)]);
    expect(second?.id).toBe(first?.id);
    expect(await countRows(db, 'bulk_undo')).toBe(1);
  });
});

describe('A conflict', () => {
  const ids = (type: string, id: string) => encodeId(CRM_CATALOG.objectTypes[type]?.idPrefix ?? '', id);

  it('is an id that is in use: what belonged to the record stays in the archive with it, untouched.', async () => {
    const own = { organization_id: org.organizationId };
    const [kept, taken] = [
      await insertLeadFamily(db, org.organizationId),
      await insertLeadFamily(db, org.organizationId),
    ];
    const { id } = await deleteOnes('lead', [kept.lead, taken.lead]);
    await insertRow(db, 'lead', { ...own, id: taken.lead, name: 'another of this id' });

    const row = await undo(deps, org, id);

    expect(row).toMatchObject({
      status: 'done',
      n_objects: 20,
      n_objects_restored: 10,
      n_objects_failed: 10,
    });
    expect(await countRows(db, 'contact')).toBe(1);
    expect(await countRows(db, 'archive.activity')).toBe(2);
    const conflicts = await conflictsOf(db, row.id);
    expect(conflicts).toContainEqual({
      object_type: 'lead',
      object_id: taken.lead,
      link: '',
      code: 'id_in_use',
      message: `There is a record with the id ${ids('lead', taken.lead)}.`,
    });
    expect(conflicts).toContainEqual({
      object_type: 'contact',
      object_id: taken.contact,
      link: '',
      code: 'parent_gone',
      message: `Its lead_id is ${ids('lead', taken.lead)}, which is not there.`,
    });
    const { rows } = await sql`select name from lead where id = ${taken.lead}`.execute(db);
    expect(rows).toEqual([{ name: 'another of this id' }]);
  });

  it('that has gone is no conflict for the second undo, which takes what was left.', async () => {
    const [kept, taken] = [
      await insertLeadFamily(db, org.organizationId),
      await insertLeadFamily(db, org.organizationId),
    ];
    const before = await readWorld();
    const { id } = await deleteOnes('lead', [kept.lead, taken.lead]);
    await insertRow(db, 'lead', { organization_id: org.organizationId, id: taken.lead });
    await undo(deps, org, id);
    await sql`delete from lead where id = ${taken.lead}`.execute(db);

    expect(await undo(deps, org, id)).toMatchObject({
      status: 'done',
      n_objects: 10,
      n_objects_restored: 10,
      n_objects_failed: 0,
      n_pages: 1,
    });
    expect(await readWorld()).toEqual(before);
    await expect(startUndo(deps, org, id)).rejects.toThrow(/nothing to undo/);
  });

  it('is a parent that another bulk delete took since; undone first, it is none.', async () => {
    const family = await insertLeadFamily(db, org.organizationId);
    const before = await readWorld();
    const ofContact = await deleteOnes('contact', [family.contact]);
    const ofLead = await deleteOnes('lead', [family.lead]);

    const tooEarly = await undo(deps, org, ofContact.id);
    expect(tooEarly).toMatchObject({ status: 'done', n_objects_restored: 0, n_objects_failed: 4 });
    const codes = (await conflictsOf(db, tooEarly.id)).map(({ code }) => code);
    expect(new Set(codes)).toEqual(new Set(['parent_gone', 'link_record_gone', 'link_target_gone']));

    await undo(deps, org, ofLead.id);
    expect(await undo(deps, org, ofContact.id)).toMatchObject({ n_objects_restored: 4, n_objects_failed: 0 });
    expect(await readWorld()).toEqual(before);
    expect(await countRows(db, 'archive.detached_link')).toBe(0);
  });

  it('is a unique value that is another record’s now, with the sentence of the database; the rest comes back.', async () => {
    const own = { organization_id: org.organizationId };
    const leads = [];
    for (const external_id of ['a', 'b', 'c'])
      leads.push(await insertRow(db, 'lead', { ...own, external_id }));
    await sql`create unique index one_external_id on lead (organization_id, external_id)`.execute(db);
    const { id } = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
    await workToEnd(deps, id);
    await insertRow(db, 'lead', { ...own, external_id: 'b' });

    const row = await undo(deps, org, id);

    expect(row).toMatchObject({ n_objects_restored: 2, n_objects_failed: 1 });
    const [conflict] = await conflictsOf(db, row.id);
    expect(conflict).toMatchObject({ object_id: leads[1], code: 'unique_value_in_use' });
    expect(conflict?.message).toMatch(/external_id\)=\(.*, b\) already exists/);
    expect(await countRows(db, 'archive.lead')).toBe(1);
  });

  it('is what a check or a trigger refuses: that record alone stays.', async () => {
    const own = { organization_id: org.organizationId };
    for (const name of ['good', 'bad', 'raised', 'fine']) await insertRow(db, 'lead', { ...own, name });
    const { id } = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
    await workToEnd(deps, id);
    await sql`alter table lead add constraint no_bad check (name <> 'bad')`.execute(db);
    await sql`create function no_raised() returns trigger language plpgsql as
      $$ begin if new.name = 'raised' then raise exception 'not this one'; end if; return new; end $$`.execute(
      db,
    );
    await sql`create trigger no_raised before insert on lead for each row execute function no_raised()`.execute(
      db,
    );

    const row = await undo(deps, org, id);

    expect(row).toMatchObject({ status: 'done', n_objects_restored: 2, n_objects_failed: 2 });
    const conflicts = await conflictsOf(db, row.id);
    expect(conflicts.map(({ code }) => code)).toEqual(['refused', 'refused']);
    expect(conflicts.map(({ message }) => message).join()).toMatch(
      /no_bad.*not this one|not this one.*no_bad/,
    );
  });

  it.each([
    ['a check', 'alter table task add constraint closed check (contact_id is null) not valid', /"closed"/],
    [
      'a trigger',
      `create function closed() returns trigger language plpgsql as $$ begin raise 'closed books'; end $$;
       create trigger closed before update on task for each row execute function closed()`,
      /closed books/,
    ],
  ])('is a link that %s refuses: it stays cut, and all else comes back.', async (_what, change, message) => {
    const family = await insertLeadFamily(db, org.organizationId);
    const { id } = await deleteOnes('contact', [family.contact]);
    await sql.raw(change).execute(db);

    const row = await undo(deps, org, id);

    expect(row).toMatchObject({ status: 'done', n_objects_failed: 0, n_links_failed: 1 });
    expect(await conflictsOf(db, row.id)).toMatchObject([
      {
        object_id: family.task,
        link: 'contact_id',
        code: 'refused',
        message: expect.stringMatching(message),
      },
    ]);
    expect(await countRows(db, 'contact')).toBe(1);
  });

  it('is a value that a deferrable constraint keeps unique: that record alone stays.', async () => {
    const own = { organization_id: org.organizationId };
    for (const external_id of ['a', 'b']) await insertRow(db, 'lead', { ...own, external_id });
    await sql`
      alter table lead add constraint one_id unique (organization_id, external_id) deferrable initially deferred
    `.execute(db);
    const { id } = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
    await workToEnd(deps, id);
    await insertRow(db, 'lead', { ...own, external_id: 'b' });
    const row = await undo(deps, org, id);
    expect(row).toMatchObject({ status: 'done', n_objects_restored: 1, n_objects_failed: 1 });
    expect(await conflictsOf(db, row.id)).toMatchObject([{ code: 'unique_value_in_use' }]);
  });

  it('is, in a table that points at itself, what hangs on a record whose id is in use.', async () => {
    await sql
      .raw(await readFile(new URL('../support/library-catalog.sql', import.meta.url), 'utf8'))
      .execute(db);
    await sql
      .raw(`
        alter table library.review add column reply_to uuid references library.review (id);
        create index on library.review (reply_to);
        alter table library_archive.review add column reply_to uuid
      `)
      .execute(db);
    const review = LIBRARY_CATALOG.tables.review;
    if (!review) throw new Error('the library has no reviews');
    const replyTo = { column: 'reply_to', references: 'review', onDelete: 'detach' } as const;
    const replies = { ...review, relations: [...review.relations, replyTo] };
    const catalog = { ...LIBRARY_CATALOG, tables: { ...LIBRARY_CATALOG.tables, review: replies } };
    const library = createEngine(db, { pageSize: 100 }, catalog);
    const own = { branch_id: org.organizationId };
    const question = await insertRow(db, 'library.review', { ...own, body: 'question' });
    const answer = await insertRow(db, 'library.review', { ...own, body: 'answer', reply_to: question });
    const { id } = await deleteByIds(library, actorOf(org), {
      objectType: 'review',
      ids: [question, answer],
      source: 'ids',
    });
    await insertRow(db, 'library.review', { ...own, id: question, body: 'another' });
    expect(await previewUndo(library, actorOf(org), id)).toMatchObject({
      conflicts: { id_in_use: 1, reference_gone: 1 },
    });
    const row = await undo(library, org, id);
    expect(row).toMatchObject({ n_objects_restored: 0, n_objects_failed: 2 });
    await sql`delete from library.review`.execute(db);
    expect(await undo(library, org, id)).toMatchObject({ n_objects_restored: 2, n_objects_failed: 0 });
  });

  it('is a link that points at something else now, or whose record is gone; empty links are set again.', async () => {
    const own = { organization_id: org.organizationId };
    const family = await insertLeadFamily(db, org.organizationId);
    const elsewhere = await insertLeadFamily(db, org.organizationId);
    const gone = await insertRow(db, 'document', { ...own, name: 'gone', contact_id: family.contact });
    const { id } = await deleteOnes('contact', [family.contact]);
    await sql`update task set contact_id = ${elsewhere.contact} where id = ${family.task}`.execute(db);
    await sql`delete from document where id = ${gone}`.execute(db);

    const row = await undo(deps, org, id);

    expect(row).toMatchObject({ n_objects_failed: 0, n_links_restored: 4, n_links_failed: 2 });
    expect(await conflictsOf(db, row.id)).toMatchObject([
      { object_type: 'document', object_id: gone, link: 'contact_id', code: 'link_record_gone' },
      { object_type: 'task', object_id: family.task, link: 'contact_id', code: 'link_in_use' },
    ]);
    const { rows } = await sql`select contact_id from task where id = ${family.task}`.execute(db);
    expect(rows).toEqual([{ contact_id: elsewhere.contact }]);
  });
});

describe('A schema that has changed since', () => {
  it('by a column gives records its default, where the mirror has none and where it has an empty one.', async () => {
    const { lead } = await insertLeadFamily(db, org.organizationId);
    const { id } = await deleteOnes('lead', [lead]);
    await sql`alter table lead add column rank integer not null default 7`.execute(db);
    await sql`alter table lead add column tier text not null default 'new'`.execute(db);
    await sql`alter table archive.lead add column tier text`.execute(db);
    expect(await undo(deps, org, id)).toMatchObject({ status: 'done', n_objects_failed: 0 });
    const { rows } = await sql`select rank, tier from lead`.execute(db);
    expect(rows).toEqual([{ rank: 7, tier: 'new' }]);
  });

  it('by a column with a default, which its mirror has too, gives it to records of before and keeps it of later ones.', async () => {
    const own = { organization_id: org.organizationId };
    const before = await deleteOnes('lead', [await insertRow(db, 'lead', own)]);
    for (const table of ['lead', 'archive.lead'])
      await sql`alter table ${sql.table(table)} add column tier text default 'new'`.execute(db);
    const later = await deleteOnes('lead', [await insertRow(db, 'lead', { ...own, tier: null })]);
    await undo(deps, org, before.id);
    await undo(deps, org, later.id);
    const { rows } = await sql`select tier from lead order by id`.execute(db);
    expect(rows).toEqual([{ tier: 'new' }, { tier: null }]);
  });

  it('by a type that may change values ends the undo before the first row.', async () => {
    const { id } = await deleteOnes('lead', [
      await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'Gone' }),
    ]);
    await sql`alter table lead alter column date_updated type timestamptz(0)`.execute(db);
    const row = await undo(deps, org, id);
    expect(row).toMatchObject({ status: 'error', n_objects_restored: 0 });
    expect(row.error_message).toMatch(
      /^Column public\.lead\.date_updated is timestamp\(0\) with time zone now, and was timestamp with time zone/,
    );
    expect(await countRows(db, 'archive.lead')).toBe(1);
  });

  it('by a column that is gone ends the undo before the first row, unless the records held nothing in it.', async () => {
    const [one, two] = [
      await insertLeadFamily(db, org.organizationId),
      await insertLeadFamily(db, org.organizationId),
    ];
    await sql`update lead set source = 'fair' where id = ${one.lead}`.execute(db);
    const [first, second] = [await deleteOnes('lead', [one.lead]), await deleteOnes('lead', [two.lead])];
    await sql`alter table lead drop column source`.execute(db);

    const refused = await undo(deps, org, first.id);
    expect(refused).toMatchObject({ status: 'error', n_objects_restored: 0, n_pages_done: 0 });
    expect(refused.error_message).toMatch(/^Column public\.lead\.source is gone/);
    expect(await countRows(db, 'lead')).toBe(0);
    expect(await undo(deps, org, second.id)).toMatchObject({ status: 'done', n_objects_failed: 0 });
  });

  it('while the undo runs is noticed between two pages.', async () => {
    for (let i = 0; i < 3; i += 1)
      await insertRow(db, 'lead', { organization_id: org.organizationId, source: 'fair' });
    const { id } = await createBulkDelete(onePage, actorOf(org), requestFor('lead', []));
    await workToEnd(onePage, id);
    const started = await startUndo(deps, org, id);
    await runBulkActionSlice(onePage, started.id, new AbortController().signal);
    expect(await countRows(db, 'lead')).toBe(1);
    await sql`alter table lead drop column source`.execute(db);

    const row = await workUndoToEnd(deps, started.id);
    expect(row).toMatchObject({ status: 'error', n_objects_restored: 1, n_pages_done: 1 });
    expect(row.error_message).toMatch(/^Column public\.lead\.source is gone/);
    expect(await countRows(db, 'archive.lead')).toBe(2);
  });
});

it('A record of another organization with the same id is never touched, and its archive is not read.', async () => {
  const other = await createOrganization(db);
  const { lead } = await insertLeadFamily(db, org.organizationId);
  const { id } = await deleteOnes('lead', [lead]);
  await insertRow(db, 'lead', { organization_id: other.organizationId, id: lead, name: 'theirs' });
  const row = await undo(deps, org, id);
  expect(row).toMatchObject({ n_objects_restored: 0, n_objects_failed: 10 });
  const { rows } = await sql`select organization_id, name from lead`.execute(db);
  expect(rows).toEqual([{ organization_id: other.organizationId, name: 'theirs' }]);
});
