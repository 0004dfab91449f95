import { encodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { createApiKey } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  insertLeadFamily,
  insertRow,
  itemsOf,
  type LeadFamily,
  readRows,
  type TestApi,
  type TestOrganization,
  textOf,
  workToEnd,
  workUndoToEnd,
} from '../support/index.ts';
import { takeSnapshot } from '../support/snapshot.ts';

let db: Db;
let api: TestApi;
let org: TestOrganization;
let family: LeadFamily;

beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
});
beforeEach(async () => {
  org = await createOrganization(db);
  family = await insertLeadFamily(db, org.organizationId);
});

const call = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, key = org.apiKey) =>
  api.call(key, method, `/api/v1/${path}`, body === undefined ? {} : { body });
const engine = () => createEngine(db);

/** Deletes the family's lead by its own URL. @returns the id of the bulk delete that it is. */
async function deleteLead(lead = family.lead): Promise<string> {
  const answer = await call('DELETE', `lead/${encodeId('lead', lead)}/`);
  expect(answer.status).toBe(200);
  return String(answer.headers['x-winnow-bulk-delete-id']);
}

async function uuidOf(undoId: string): Promise<string> {
  const rows = await db.selectFrom('bulk_undo').select('id').execute();
  const row = rows.find(({ id }) => encodeId('bulkundo', id) === undoId);
  if (!row) throw new Error(`no undo ${undoId}`);
  return row.id;
}

async function finish(undoId: string) {
  await workUndoToEnd(engine(), await uuidOf(undoId));
  return call('GET', `bulk_action/undo/${undoId}/`);
}

describe('POST /bulk_action/delete/{id}/undo/', () => {
  it('gives back one record that was deleted by its own URL; the bulk delete says so.', async () => {
    const before = await readRows(db, 'contact');
    const id = await deleteLead();
    const asked = await call('POST', `bulk_action/delete/${id}/undo/`, {});
    expect(asked).toMatchObject({
      status: 200,
      body: { bulk_delete_id: id, status: 'created', n_objects: 10, n_objects_unprocessed: 10 },
    });
    expect(asked.headers['retry-after']).toBe('1');
    expect(api.doorbell.rings.at(-1)).toMatchObject({ queue: expect.any(String) });
    const undoId = textOf(asked, 'id');
    expect(undoId).toMatch(/^bulkundo_/);

    const done = await finish(undoId);
    expect(done.body).toMatchObject({
      status: 'done',
      n_objects: 10,
      n_objects_processed: 10,
      n_objects_restored: 10,
      n_objects_failed: 0,
      n_objects_unprocessed: 0,
      n_links_restored: 3,
      restored_counts: { lead: 1, contact: 1 },
    });
    expect(await readRows(db, 'contact')).toEqual(before);
    expect((await call('GET', `lead/${encodeId('lead', family.lead)}/`)).status).toBe(200);
    expect((await call('GET', `bulk_action/delete/${id}/`)).body).toMatchObject({
      undo_id: undoId,
      date_undone: expect.any(String),
    });
    const again = await call('POST', `bulk_action/delete/${id}/undo/`);
    expect(again).toMatchObject({ status: 409, body: { status: 'done' } });
    expect(again.body.error).toMatch(/nothing to undo/);
  });

  it('gives back what was deleted by a query; it needs no body.', async () => {
    const asked = await call('POST', 'bulk_action/delete/', { query: 'Wayne', send_done_email: false });
    const id = textOf(asked, 'id');
    const early = await call('POST', `bulk_action/delete/${id}/undo/`);
    expect(early).toMatchObject({ status: 409, body: { status: 'created' } });
    const [row] = await db
      .selectFrom('bulk_delete')
      .select('id')
      .where('organization_id', '=', org.organizationId)
      .execute();
    await workToEnd(engine(), row?.id ?? '');
    const undone = await call('POST', `bulk_action/delete/${id}/undo/`);
    expect(await finish(textOf(undone, 'id'))).toMatchObject({
      body: { status: 'done', n_objects_restored: 10 },
    });
  });

  it('asked again while it runs is answered with the same one, and so is a repetition with its key.', async () => {
    const id = await deleteLead();
    const path = `/api/v1/bulk_action/delete/${id}/undo/`;
    const headers = { 'idempotency-key': `undo-${id}` };
    const first = await api.call(org.apiKey, 'POST', path, { body: {}, headers });
    const second = await call('POST', `bulk_action/delete/${id}/undo/`, {});
    expect(second.body.id).toBe(first.body.id);
    await finish(textOf(first, 'id'));
    const repeated = await api.call(org.apiKey, 'POST', path, { body: {}, headers });
    expect(repeated).toMatchObject({ status: 200, body: { id: first.body.id } });
    expect(
      await db
        .selectFrom('bulk_undo')
        .selectAll()
        .where('organization_id', '=', org.organizationId)
        .execute(),
    ).toHaveLength(1);
  });

  it('is refused for one that kept no archive, with the sentence that says so.', async () => {
    const asked = await call('POST', 'bulk_action/delete/', { query: 'Wayne', archive: false });
    const [row] = await db
      .selectFrom('bulk_delete')
      .select('id')
      .where('organization_id', '=', org.organizationId)
      .execute();
    await workToEnd(engine(), row?.id ?? '');
    const refused = await call('POST', `bulk_action/delete/${textOf(asked, 'id')}/undo/`, {});
    expect(refused).toMatchObject({ status: 409, body: { status: 'done' } });
    expect(refused.body.error).toMatch(/cannot be undone/);
  });

  it('knows no id of another organization, and none that is no id.', async () => {
    const id = await deleteLead();
    const other = await createOrganization(db);
    for (const [path, key] of [
      [`bulk_action/delete/${id}/undo/`, other.apiKey],
      ['bulk_action/delete/nonsense/undo/', org.apiKey],
      ['bulk_action/delete/bulkdelete_0351xg1euRxkKaxaiJxEHV/undo/', org.apiKey],
    ] as const) {
      for (const body of [{}, { dry_run: true }]) {
        expect(await call('POST', path, body, key)).toMatchObject({ status: 404 });
      }
    }
    const undoId = textOf(await call('POST', `bulk_action/delete/${id}/undo/`, {}), 'id');
    expect(await call('GET', `bulk_action/undo/${undoId}/`, undefined, other.apiKey)).toMatchObject({
      status: 404,
    });
    expect(await call('GET', `bulk_action/undo/${undoId}/conflicts/`, undefined, other.apiKey)).toMatchObject(
      {
        status: 404,
      },
    );
    expect(
      await call('PUT', `bulk_action/undo/${undoId}/`, { status: 'cancelled' }, other.apiKey),
    ).toMatchObject({
      status: 404,
    });
    expect(itemsOf(await call('GET', 'bulk_action/undo/', undefined, other.apiKey))).toEqual([]);
  });

  it.each([
    [{ dry_run: 'yes' }, 'dry_run'],
    [{ send_done_email: 1 }, 'send_done_email'],
  ])('answers %j with 400 and the field.', async (body, field) => {
    const id = await deleteLead();
    const refused = await call('POST', `bulk_action/delete/${id}/undo/`, body);
    expect(refused.status).toBe(400);
    expect(refused.body['field-errors']).toHaveProperty(field);
    expect(itemsOf(await call('GET', 'bulk_action/undo/'))).toEqual([]);
  });

  it('is refused for a dry run, which deleted nothing.', async () => {
    const trial = await call('POST', 'bulk_action/delete/', { query: 'Wayne', dry_run: true });
    const refused = await call('POST', `bulk_action/delete/${textOf(trial, 'id')}/undo/`, {});
    expect(refused).toMatchObject({ status: 409, body: { status: 'done' } });
    expect(refused.body.error).toMatch(/dry run/);
  });

  it('needs the scope to delete.', async () => {
    const id = await deleteLead();
    const { key } = await createApiKey(db, {
      organizationId: org.organizationId,
      userId: org.userId,
      name: 'reader',
      scopes: ['read', 'write'],
    });
    expect(await call('POST', `bulk_action/delete/${id}/undo/`, {}, key)).toMatchObject({ status: 403 });
  });
});

describe('A dry run', () => {
  it('says what would come back and what would not, and changes nothing.', async () => {
    const own = { organization_id: org.organizationId };
    const second = await insertLeadFamily(db, org.organizationId, { external_id: 'taken' });
    const asked = await call('POST', 'bulk_action/delete/', { query: 'Wayne', send_done_email: false });
    const id = textOf(asked, 'id');
    const [row] = await db
      .selectFrom('bulk_delete')
      .select('id')
      .where('organization_id', '=', org.organizationId)
      .execute();
    await workToEnd(createEngine(db, { pageSize: 1 }), row?.id ?? '');
    await insertRow(db, 'lead', { ...own, id: second.lead });
    await sql`delete from document where id = ${family.document}`.execute(db);
    const before = await takeSnapshot(db, ['public.api_key']);

    const trial = await call('POST', `bulk_action/delete/${id}/undo/`, { dry_run: true });

    expect(await takeSnapshot(db, ['public.api_key'])).toEqual(before);
    expect(trial.body).toEqual({
      dry_run: true,
      bulk_delete_id: id,
      n_objects: 20,
      n_objects_restorable: 10,
      n_objects_in_conflict: 10,
      restorable_counts: {
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
      },
      conflict_counts: { id_in_use: 1, parent_gone: 9 },
      n_links_restorable: 0,
      n_links_in_conflict: 6,
      error_message: null,
      note: null,
    });
    const done = await finish(textOf(await call('POST', `bulk_action/delete/${id}/undo/`, {}), 'id'));
    expect(done.body).toMatchObject({
      n_objects_restored: 10,
      n_objects_failed: 10,
      n_links_restored: 0,
      n_links_failed: 6,
      restored_counts: trial.body.restorable_counts,
    });
  });

  it('knows unique values that are in use, those of partial indexes too.', async () => {
    const { db: own } = await createDatabase();
    const there = await createOrganization(own);
    const itsApi = await createApi(own);
    await sql`create unique index one_external_id on lead (organization_id, external_id) where source = 'shop'`.execute(
      own,
    );
    const ofThere = { organization_id: there.organizationId };
    for (const [external_id, source] of [
      ['a', 'shop'],
      ['b', 'shop'],
      ['c', null],
    ] as const)
      await insertRow(own, 'lead', { ...ofThere, name: 'Wayne', external_id, source });
    const asked = await itsApi.call(there.apiKey, 'POST', '/api/v1/bulk_action/delete/', {
      body: { query: 'Wayne' },
    });
    const [row] = await own.selectFrom('bulk_delete').select('id').execute();
    await workToEnd(createEngine(own), row?.id ?? '');
    await insertRow(own, 'lead', { ...ofThere, external_id: 'a', source: 'shop' });
    await insertRow(own, 'lead', { ...ofThere, external_id: 'b' });
    await insertRow(own, 'lead', { ...ofThere, external_id: 'c', source: 'shop' });
    const trial = await itsApi.call(
      there.apiKey,
      'POST',
      `/api/v1/bulk_action/delete/${textOf(asked, 'id')}/undo/`,
      { body: { dry_run: true } },
    );
    expect(trial.body).toMatchObject({
      n_objects_restorable: 2,
      conflict_counts: { unique_value_in_use: 1 },
    });
  });

  it('says what would stop the undo before the first record.', async () => {
    const { db: own } = await createDatabase();
    const there = await createOrganization(own);
    const itsApi = await createApi(own);
    const lead = await insertRow(own, 'lead', { organization_id: there.organizationId, source: 'fair' });
    const gone = await itsApi.call(there.apiKey, 'DELETE', `/api/v1/lead/${encodeId('lead', lead)}/`);
    await sql`alter table lead drop column source`.execute(own);
    const path = `/api/v1/bulk_action/delete/${gone.headers['x-winnow-bulk-delete-id']}/undo/`;
    const trial = await itsApi.call(there.apiKey, 'POST', path, { body: { dry_run: true } });
    expect(trial).toMatchObject({ status: 200, body: { n_objects: null } });
    expect(trial.body.error_message).toMatch(/lead\.source is gone/);
  });
});

describe('An undo', () => {
  it('lists what it could not give back, with the reasons.', async () => {
    const id = await deleteLead();
    await insertRow(db, 'lead', { organization_id: org.organizationId, id: family.lead });
    const undoId = textOf(await call('POST', `bulk_action/delete/${id}/undo/`, {}), 'id');
    await finish(undoId);
    const first = await call('GET', `bulk_action/undo/${undoId}/conflicts/?_limit=5`);
    expect(first.body).toMatchObject({ has_more: true });
    const rest = await call('GET', `bulk_action/undo/${undoId}/conflicts/?_skip=5`);
    const all = [...itemsOf(first), ...itemsOf(rest)];
    expect(all).toHaveLength(13);
    expect(all).toContainEqual({
      object_type: 'lead',
      object_id: encodeId('lead', family.lead),
      field: null,
      code: 'id_in_use',
      message: `There is a record with the id ${encodeId('lead', family.lead)}.`,
    });
    expect(all.filter(({ field }) => field !== null).map(({ field }) => field)).toEqual([
      'contact_id',
      'lead_id',
      'opportunity_id',
    ]);
  });

  it('is paused, resumed and cancelled by PUT, and listed newest first.', async () => {
    const other = await insertLeadFamily(db, org.organizationId);
    const [first, second] = [await deleteLead(), await deleteLead(other.lead)];
    const one = textOf(await call('POST', `bulk_action/delete/${first}/undo/`, {}), 'id');
    const two = textOf(await call('POST', `bulk_action/delete/${second}/undo/`, {}), 'id');
    const put = (id: string, status: string) => call('PUT', `bulk_action/undo/${id}/`, { status });

    expect((await put(one, 'paused')).body).toMatchObject({ status: 'paused', asked_status: null });
    expect((await put(one, 'resuming')).body).toMatchObject({ status: 'resuming' });
    expect((await finish(one)).body).toMatchObject({ status: 'done' });
    expect((await put(two, 'cancelled')).body).toMatchObject({
      status: 'cancelled',
      n_objects_unprocessed: 10,
    });
    expect(await put(two, 'paused')).toMatchObject({
      status: 409,
      body: { status: 'cancelled', allowed: [] },
    });
    expect((await put(two, 'created')).status).toBe(400);

    const listed = itemsOf(await call('GET', 'bulk_action/undo/')).map(({ id }) => id);
    expect(listed).toEqual([two, one]);
    expect(
      itemsOf(await call('GET', `bulk_action/undo/?bulk_delete_id=${first}`)).map(({ id }) => id),
    ).toEqual([one]);
    expect(itemsOf(await call('GET', 'bulk_action/undo/?bulk_delete_id=nonsense'))).toEqual([]);
    // What was cancelled is still in the archive: a second undo takes it.
    const third = textOf(await call('POST', `bulk_action/delete/${second}/undo/`, {}), 'id');
    expect((await finish(third)).body).toMatchObject({ status: 'done', n_objects_restored: 10 });
  });

  it('is told of in the event log; so is every record that came back, and the deletions stay.', async () => {
    const id = await deleteLead();
    const types = async () => itemsOf(await call('GET', 'event/')).map((e) => `${e.object_type} ${e.action}`);
    const before = await types();
    expect(before).toContain('lead deleted');
    const undoId = textOf(await call('POST', `bulk_action/delete/${id}/undo/`, {}), 'id');
    await finish(undoId);
    const now = await types();
    expect(now).toContain('bulk_action.undo created');
    expect(now).toContain('bulk_action.undo completed');
    const deleted = before.filter((type) => type.endsWith(' deleted'));
    expect(now.filter((type) => type.endsWith(' deleted'))).toEqual(deleted);
    const restored = now.filter((type) => type.endsWith(' restored'));
    expect(restored.toSorted()).toEqual(
      deleted.map((type) => type.replace('deleted', 'restored')).toSorted(),
    );
    const [event] = itemsOf(await call('GET', 'event/?object_type=bulk_action.undo&action=completed'));
    expect(event).toMatchObject({
      object_id: undoId,
      data: { id: undoId, status: 'done', bulk_delete_id: id },
    });
  });
});
