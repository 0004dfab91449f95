import { createBulkDelete, presentBulkDelete } from '@winnow/bulk-delete';
import { CRM_CATALOG } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { QUEUES } from '@winnow/queue';
import { beforeEach, expect, it } from 'vitest';
import {
  actorOf,
  countRows,
  createDatabase,
  createEngine,
  createOrganization,
  fieldCondition,
  insertRow,
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

const readEvents = () =>
  db.selectFrom('event').selectAll().where('page_no', 'is', null).orderBy('id').execute();

it('tells of a bulk delete from created to completed, with the object as it then was, and rings for each', async () => {
  const deps = createEngine(db, { pageSize: 1, announceEveryMs: 3_600_000 });
  for (const name of ['a', 'b', 'c'])
    await insertRow(db, 'lead', { organization_id: org.organizationId, name });
  const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
  const done = await workToEnd(deps, created.id);

  const events = await readEvents();
  // One `updated` when the counts become known, one for the first page; the next would be due in an hour.
  expect(events.map(({ action }) => action)).toEqual(['created', 'updated', 'updated', 'completed']);
  expect(events[0]?.data).toEqual(presentBulkDelete(created, CRM_CATALOG));
  expect(events.at(-1)?.data).toEqual(presentBulkDelete(done, CRM_CATALOG));
  expect(events.at(-1)).toMatchObject({
    object_type: 'bulk_action.delete',
    object_id: created.id,
    organization_id: org.organizationId,
    user_id: org.userId,
    api_key_id: org.apiKeyId,
    request_id: 'req_test',
    date_relayed: null,
  });
  const rung = deps.doorbell.rings.filter(({ queue }) => queue === QUEUES.event).map(({ id }) => id);
  const written = await db.selectFrom('event').select('id').execute();
  expect(rung.sort()).toEqual(written.map(({ id }) => id).sort());
});

it('writes one row for the records of each page that deleted some, and none without an archive', async () => {
  const deps = createEngine(db, { pageSize: 2 });
  const insertLeads = async () => {
    for (const name of ['a', 'b', 'c'])
      await insertRow(db, 'lead', { organization_id: org.organizationId, name });
  };
  const pagesOf = async (archive: boolean) => {
    await insertLeads();
    const { id } = await createBulkDelete(deps, actorOf(org), requestFor('lead', [], { archive }));
    await workToEnd(deps, id);
    return db
      .selectFrom('event')
      .selectAll()
      .where('object_id', '=', id)
      .where('page_no', 'is not', null)
      .execute();
  };

  expect(await pagesOf(true)).toMatchObject([
    {
      object_type: 'page',
      action: 'deleted',
      page_no: 1,
      deleted_counts: { lead: 2 },
      data: null,
      previous_data: null,
    },
    {
      object_type: 'page',
      action: 'deleted',
      page_no: 2,
      deleted_counts: { lead: 1 },
      data: null,
      previous_data: null,
    },
  ]);
  expect(await pagesOf(false)).toEqual([]);
});

it('shows every field of Close’s object and Winnow’s additions, whatever the status', async () => {
  const deps = createEngine(db);
  const created = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));

  const wire = presentBulkDelete(created, CRM_CATALOG);

  expect(wire).toMatchObject({
    id: expect.stringMatching(/^bulkdelete_[0-9A-Za-z]{22}$/),
    organization_id: expect.stringMatching(/^orga_[0-9A-Za-z]{22}$/),
    bulk_object_type: 'lead',
    status: 'created',
    s_query: { type: 'and', queries: [{ type: 'object_type', object_type: 'lead' }] },
    query: null,
    sort: [],
    results_limit: null,
    send_done_email: false,
    n_leads: null,
    n_leads_processed: 0,
    n_objects: null,
    n_objects_processed: 0,
    created_by: expect.stringMatching(/^user_/),
    updated_by: expect.stringMatching(/^user_/),
    date_created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/),
    date_updated: expect.stringMatching(/\+00:00$/),
    n_objects_deleted: 0,
    n_objects_not_found: 0,
    n_objects_failed: 0,
    deleted_counts: {},
    date_started: null,
    date_finished: null,
    error_message: null,
    archive: true,
  });
});

it.each([
  { what: 'no query at all', sQuery: undefined, matchAll: false },
  { what: 'a null query', sQuery: null, matchAll: false },
  { what: 'no query, even when everything is meant', sQuery: null, matchAll: true },
  {
    what: 'an object type and nothing else',
    sQuery: { type: 'object_type', object_type: 'lead' },
    matchAll: false,
  },
  {
    what: 'an object type beside an empty "and"',
    sQuery: {
      type: 'and',
      queries: [
        { type: 'object_type', object_type: 'lead' },
        { type: 'and', queries: [] },
      ],
    },
    matchAll: false,
  },
  {
    what: 'the negation of an "or" of nothing',
    sQuery: {
      type: 'and',
      queries: [
        { type: 'object_type', object_type: 'lead' },
        { type: 'or', negate: true, queries: [] },
      ],
    },
    matchAll: false,
  },
  {
    what: 'a time range that ends before it begins',
    sQuery: requestFor('lead', [
      fieldCondition('lead', 'date_created', {
        type: 'moment_range',
        on_or_after: { type: 'now' },
        before: { type: 'fixed_utc', value: '2020-01-01T00:00:00+00:00' },
      }),
    ]).sQuery,
    matchAll: false,
  },
  {
    what: '"match_all" beside a condition',
    sQuery: {
      type: 'and',
      queries: [
        { type: 'object_type', object_type: 'lead' },
        {
          type: 'field_condition',
          field: { type: 'regular_field', object_type: 'lead', field_name: 'name' },
          condition: { type: 'exists' },
        },
      ],
    },
    matchAll: true,
  },
])('refuses $what and changes nothing', async ({ sQuery, matchAll }) => {
  const deps = createEngine(db);
  await expect(
    createBulkDelete(deps, actorOf(org), { ...requestFor('lead', []), sQuery, matchAll }),
  ).rejects.toThrow(/match_all|query|Nothing lies/i);
  expect(await countRows(db, 'bulk_delete')).toBe(0);
  expect(deps.doorbell.rings).toEqual([]);
});
