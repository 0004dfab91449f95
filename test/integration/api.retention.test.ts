import { keepArchive, presentBulkDelete } from '@winnow/bulk-delete';
import { CRM_CATALOG, encodeId, ID_PREFIX } from '@winnow/catalog';
import { type Db, findBulkDeleteForWork } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import {
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  deleteLeadAt,
  expire,
  getLines,
  itemsOf,
  type TestApi,
  type TestOrganization,
  weeksAgo,
  workUndoToEnd,
} from '../support/index.ts';

let db: Db;
let api: TestApi;
let org: TestOrganization;
let deps: ReturnType<typeof createEngine>;

beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
});
beforeEach(async () => {
  org = await createOrganization(db);
  deps = createEngine(db);
});

const DAY_MS = 86_400_000;
const nameOf = (id: string) => encodeId(ID_PREFIX.bulkDelete, id);
const urlOf = (id: string, rest = '') => `/api/v1/bulk_action/delete/${nameOf(id)}/${rest}`;
const get = (url: string) => api.call(org.apiKey, 'GET', url);
const askUndo = (id: string, body = {}) => api.call(org.apiKey, 'POST', urlOf(id, 'undo/'), { body });
const show = async (id: string) => {
  const row = await findBulkDeleteForWork(db, id);
  if (!row) throw new Error('it is gone');
  return presentBulkDelete(row, CRM_CATALOG);
};
const purge = () => keepArchive(deps, new AbortController().signal);

it('A bulk delete says until when it can be undone, counted from its end, and what was promised stays when the setting changes.', async () => {
  const { row } = await deleteLeadAt(createEngine(db, { archiveRetentionMs: 2 * DAY_MS }), org, weeksAgo(0));
  const until = new Date((row.date_finished?.getTime() ?? 0) + 2 * DAY_MS);
  const expected = until.toISOString().replace(/(\.\d{3})Z$/, '$1000+00:00');
  expect((await get(urlOf(row.id))).body).toMatchObject({
    date_undo_expires: expected,
    date_archive_purged: null,
  });
  // Whoever runs with another setting now promises the same of this one.
  deps = createEngine(db, { archiveRetentionMs: DAY_MS });
  await purge();
  expect(await show(row.id)).toMatchObject({ date_undo_expires: expected });
  expect((await askUndo(row.id, { dry_run: true })).status).toBe(200);
});

it('There is no such date while a bulk delete has not ended, and where there is nothing to undo.', async () => {
  const { row } = await deleteLeadAt(deps, org, weeksAgo(0));
  const changed = async (set: ReturnType<typeof sql>) => {
    await db.transaction().execute(async (trx) => {
      await sql`update bulk_delete set ${set} where id = ${row.id}`.execute(trx);
      const { date_undo_expires } = await trx
        .selectFrom('bulk_delete')
        .select('date_undo_expires')
        .where('id', '=', row.id)
        .executeTakeFirstOrThrow();
      expect(date_undo_expires).toBeNull();
      await sql`update bulk_delete set archive = true, status = 'done', date_finished = ${row.date_finished},
        date_paused = null, n_objects_deleted = 1, n_objects_not_found = 0 where id = ${row.id}`.execute(trx);
    });
  };
  await changed(sql`archive = false`);
  await changed(sql`status = 'paused', date_finished = null, date_paused = now()`);
  await changed(sql`n_objects_deleted = 0, n_objects_not_found = 1`);
  expect(await show(row.id)).toMatchObject({ date_undo_expires: expect.any(String) });
});

it('After it every way to the archive answers 410 with a sentence, before the rows are gone and afterwards alike.', async () => {
  // No partition of a week has this id, so that the purge need not wait for one.
  const { row, family } = await deleteLeadAt(deps, org, weeksAgo(-60));
  const results = await get(urlOf(row.id, 'results/'));
  const withChildren = await get(urlOf(row.id, 'results/?include_children=true'));
  expect(itemsOf(withChildren).length).toBeGreaterThan(1);
  const event = itemsOf(await get(`/api/v1/event/?object_id=${encodeId('lead', family.lead)}`))[0];
  expect(event).toMatchObject({ action: 'deleted' });

  const check = async () => {
    const error = expect.stringMatching(/^The records that this bulk delete took were kept until \d{4}-/);
    const asked = [
      await askUndo(row.id),
      await askUndo(row.id, { dry_run: true }),
      await get(urlOf(row.id, 'export/')),
      await get(urlOf(row.id, 'results/?include_children=true')),
    ];
    for (const { status, body } of asked) expect({ status, body }).toEqual({ status: 410, body: { error } });
    const lines = await getLines(api, org.apiKey, urlOf(row.id, 'results/?include_children=true'));
    expect(lines.status).toBe(410);
    expect((await get(urlOf(row.id, 'results/'))).body).toEqual(results.body);
    expect((await get(urlOf(row.id))).body).toMatchObject({ status: 'done', n_objects_deleted: 1 });
    expect(
      await db.selectFrom('bulk_undo').select('id').where('bulk_delete_id', '=', row.id).execute(),
    ).toEqual([]);
  };
  await expire(db, row.id);
  await check();
  await purge();
  expect(await show(row.id)).toMatchObject({ date_archive_purged: expect.any(String) });
  await check();

  // The deletions have left the log.
  for (const filter of [`object_id=${encodeId('lead', family.lead)}`, 'object_type=lead', 'action=deleted']) {
    const answer = await get(`/api/v1/event/?${filter}`);
    expect({ status: answer.status, items: itemsOf(answer) }).toEqual({ status: 200, items: [] });
  }
  expect((await get(`/api/v1/event/${String(event?.id)}/`)).status).toBe(404);
});

it('An undo that was asked for in time goes on after it, and asking again is answered with that one.', async () => {
  const { row } = await deleteLeadAt(deps, org, weeksAgo(-60));
  const asked = await askUndo(row.id);
  await expire(db, row.id);
  await purge();
  expect(await askUndo(row.id)).toMatchObject({ status: 200, body: { id: asked.body.id } });
  const { undo_id: undoId } = (await findBulkDeleteForWork(db, row.id)) ?? {};
  expect(await workUndoToEnd(deps, String(undoId))).toMatchObject({ status: 'done', n_objects_restored: 10 });
  expect((await askUndo(row.id)).status).toBe(410);
});
