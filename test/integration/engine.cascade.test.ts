import { createBulkDelete, deleteByIds } from '@winnow/bulk-delete';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  actorOf,
  countRows,
  createDatabase,
  createEngine,
  createOrganization,
  insertLeadFamily,
  insertRow,
  readRows,
  requestFor,
  type TestOrganization,
  workToEnd,
} from '../support/index.ts';

const TAKEN_WITH_A_LEAD = [
  'contact',
  'contact_email',
  'contact_phone',
  'contact_url',
  'address',
  'opportunity',
  'task',
  'activity',
  'custom_object',
  'lead',
];
const ARCHIVE_COLUMNS = ['bulk_delete_id', 'page_no', 'date_archived'];

let db: Db;
let org: TestOrganization;

beforeEach(async () => {
  ({ db } = await createDatabase());
  org = await createOrganization(db);
});

async function readLinks(table: string, id: string) {
  const { rows } = await sql<Record<string, string | null>>`
    select lead_id, contact_id, opportunity_id from ${sql.table(table)} where id = ${id}
  `.execute(db);
  return rows[0];
}

/** Both ways to check foreign keys: switched off where the page makes them redundant, and row by row. */
describe.each([
  { checks: 'without row-by-row foreign-key checks', trigger: false },
  { checks: 'with row-by-row foreign-key checks', trigger: true },
])('the page transaction $checks', ({ trigger }) => {
  beforeEach(async () => {
    if (!trigger) return;
    await sql`create function keep_row() returns trigger language plpgsql as 'begin return old; end'`.execute(
      db,
    );
    for (const table of TAKEN_WITH_A_LEAD) {
      await sql`create trigger keep before delete on ${sql.table(table)} for each row execute function keep_row()`.execute(
        db,
      );
    }
  });

  it('takes a lead with all its children to the archive, to the byte', async () => {
    const deps = createEngine(db);
    const { lead } = await insertLeadFamily(db, org.organizationId);
    const custom = {
      organization_id: org.organizationId,
      lead_id: lead,
      name: 'Batmobile',
      custom: '{"a":1}',
    };
    await insertRow(db, 'custom_object', custom);
    await sql`
      update activity set attachments = '[{"filename":"a.pdf"}]'
    `.execute(db);
    await sql`update lead set date_status_changed = now()`.execute(db);
    const before = await Promise.all(TAKEN_WITH_A_LEAD.map((table) => readRows(db, table)));

    const row = await deleteByIds(deps, actorOf(org), { objectType: 'lead', ids: [lead], source: 'ids' });

    expect(row).toMatchObject({ status: 'done', n_objects: 1, n_objects_deleted: 1, n_roots_processed: 1 });
    expect(row.deleted_counts).toEqual({
      lead: 1,
      contact: 1,
      contact_email: 1,
      contact_phone: 1,
      contact_url: 1,
      address: 1,
      opportunity: 1,
      task: 1,
      'activity.note': 1,
      'activity.call': 1,
      custom_object: 1,
    });
    for (const [index, table] of TAKEN_WITH_A_LEAD.entries()) {
      expect(await countRows(db, table)).toBe(0);
      expect(await readRows(db, `archive.${table}`, ARCHIVE_COLUMNS)).toEqual(before[index]);
    }
  });

  it('keeps the documents of a lead and cuts every one of their links, remembering each', async () => {
    const { lead, contact, opportunity, document } = await insertLeadFamily(db, org.organizationId);

    const row = await deleteByIds(createEngine(db), actorOf(org), {
      objectType: 'lead',
      ids: [lead],
      source: 'ids',
    });

    expect(await readLinks('document', document)).toEqual({
      lead_id: null,
      contact_id: null,
      opportunity_id: null,
    });
    const { rows } = await sql<Record<string, unknown>>`
      select bulk_delete_id, table_name, column_name, row_id, target_id from archive.detached_link order by column_name
    `.execute(db);
    const link = { bulk_delete_id: row.id, table_name: 'document', row_id: document };
    expect(rows).toEqual([
      { ...link, column_name: 'contact_id', target_id: contact },
      { ...link, column_name: 'lead_id', target_id: lead },
      { ...link, column_name: 'opportunity_id', target_id: opportunity },
    ]);
  });

  it('cuts the links of another lead’s children to a contact and an opportunity that go', async () => {
    const gone = await insertLeadFamily(db, org.organizationId);
    const kept = await insertLeadFamily(db, org.organizationId);
    await sql`update activity set contact_id = ${gone.contact}, opportunity_id = ${gone.opportunity} where id = ${kept.note}`.execute(
      db,
    );
    await sql`update opportunity set contact_id = ${gone.contact} where id = ${kept.opportunity}`.execute(db);

    await deleteByIds(createEngine(db), actorOf(org), {
      objectType: 'lead',
      ids: [gone.lead],
      source: 'ids',
    });

    expect(await readLinks('activity', kept.note)).toEqual({
      lead_id: kept.lead,
      contact_id: null,
      opportunity_id: null,
    });
    expect(await readLinks('activity', kept.call)).toEqual({
      lead_id: kept.lead,
      contact_id: kept.contact,
      opportunity_id: kept.opportunity,
    });
    const { rows } = await sql`select contact_id from opportunity where id = ${kept.opportunity}`.execute(db);
    expect(rows).toEqual([{ contact_id: null }]);
  });

  it('deletes a contact with its addresses of all kinds; activities, tasks and documents lose the link and stay', async () => {
    const family = await insertLeadFamily(db, org.organizationId);

    const row = await deleteByIds(createEngine(db), actorOf(org), {
      objectType: 'contact',
      ids: [family.contact],
      source: 'ids',
    });

    expect(row.deleted_counts).toEqual({ contact: 1, contact_email: 1, contact_phone: 1, contact_url: 1 });
    const links = { lead_id: family.lead, contact_id: null, opportunity_id: family.opportunity };
    for (const [table, id] of [
      ['activity', family.note],
      ['activity', family.call],
      ['task', family.task],
      ['document', family.document],
    ] as const) {
      expect(await readLinks(table, id)).toEqual(links);
    }
  });

  it('deletes an opportunity; activities, tasks and documents lose the link and stay', async () => {
    const family = await insertLeadFamily(db, org.organizationId);

    const row = await deleteByIds(createEngine(db), actorOf(org), {
      objectType: 'opportunity',
      ids: [family.opportunity],
      source: 'ids',
    });

    expect(row.deleted_counts).toEqual({ opportunity: 1 });
    const links = { lead_id: family.lead, contact_id: family.contact, opportunity_id: null };
    expect(await readLinks('activity', family.note)).toEqual(links);
    expect(await readLinks('task', family.task)).toEqual(links);
    expect(await readLinks('document', family.document)).toEqual(links);
  });

  it('deletes calls and leaves the notes in the same table alone', async () => {
    const family = await insertLeadFamily(db, org.organizationId);

    const row = await deleteByIds(createEngine(db), actorOf(org), {
      objectType: 'activity.call',
      ids: [family.call, family.note],
      source: 'ids',
    });

    expect(row).toMatchObject({ n_objects: 2, n_objects_deleted: 1, n_objects_not_found: 1 });
    expect(row.deleted_counts).toEqual({ 'activity.call': 1 });
    expect([...(await readRows(db, 'activity')).keys()]).toEqual([family.note]);
  });

  it('takes very different numbers of children in one page', async () => {
    const many = await insertLeadFamily(db, org.organizationId);
    const bare = await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'alone' });
    await sql`
      insert into activity (id, organization_id, type, lead_id, contact_id)
      select gen_random_uuid(), ${org.organizationId}, 'sms', ${many.lead}, ${many.contact} from generate_series(1, 2500)
    `.execute(db);

    const row = await deleteByIds(createEngine(db), actorOf(org), {
      objectType: 'lead',
      ids: [bare, many.lead],
      source: 'ids',
    });

    expect(row.deleted_counts).toMatchObject({ lead: 2, 'activity.sms': 2500 });
    expect(await countRows(db, 'archive.activity')).toBe(2502);
  });
});

it('leaves the archive empty when the bulk delete was told to skip it', async () => {
  const deps = createEngine(db);
  const family = await insertLeadFamily(db, org.organizationId);
  const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', [], { archive: false }));

  const row = await workToEnd(deps, created.id);

  expect(row.deleted_counts).toMatchObject({
    lead: 1,
    'activity.note': 1,
    'activity.call': 1,
    contact_email: 1,
  });
  expect(await readLinks('document', family.document)).toEqual({
    lead_id: null,
    contact_id: null,
    opportunity_id: null,
  });
  for (const table of [...TAKEN_WITH_A_LEAD, 'detached_link']) {
    expect(await countRows(db, `archive.${table}`)).toBe(0);
  }
});
