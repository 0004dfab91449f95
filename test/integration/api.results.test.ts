import { createBulkDelete, deleteByIds, runSlice } from '@winnow/bulk-delete';
import { encodeId, ID_PREFIX, newId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  actorOf,
  buildRefusingTrigger,
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  fieldErrors,
  getLines,
  insertRow,
  type RefusingTrigger,
  requestFor,
  sortBy,
  type TestApi,
  type TestOrganization,
  walkResultPages,
  workToEnd,
} from '../support/index.ts';

let db: Db;
let org: TestOrganization;
let api: TestApi;
let trigger: RefusingTrigger;
let deps: ReturnType<typeof createEngine>;

beforeEach(async () => {
  ({ db } = await createDatabase());
  org = await createOrganization(db);
  api = await createApi(db);
  trigger = await buildRefusingTrigger(db, 'lead');
  deps = createEngine(db, { pageSize: 4, sliceMs: 60_000 });
});

const never = new AbortController().signal;
const wire = (id: string) => encodeId(ID_PREFIX.bulkDelete, id);
const urlOf = (id: string, query = '') => `/api/v1/bulk_action/delete/${wire(id)}/results/?${query}`;
const get = (id: string, query = '', key = org.apiKey) => api.call(key, 'GET', urlOf(id, query));
const walk = (id: string, query: string) => walkResultPages(api, org.apiKey, urlOf(id, query));

async function insertLeads(n: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < n; i += 1) {
    const name = `Lead ${String(i).padStart(3, '0')}`;
    ids.push(await insertRow(db, 'lead', { organization_id: org.organizationId, name }));
  }
  return ids;
}

const start = (rest = {}) =>
  createBulkDelete(
    deps,
    actorOf(org),
    requestFor('lead', [], { sort: [sortBy('lead', 'name', 'asc')], ...rest }),
  );

/** One of ten leads refused, one gone after the set was frozen, the last page never worked on. */
async function makeEveryOutcome() {
  const ids = await insertLeads(10);
  await trigger.refuse([ids[1] ?? '']);
  const { id } = await start();
  await runSlice({ ...deps, settings: { ...deps.settings, sliceMs: 0 } }, id, never);
  await sql`delete from lead where id = ${ids[6]}`.execute(db);
  await sql`update bulk_delete_page set not_before = now() + interval '1 hour' where page_no = 3`.execute(db);
  await runSlice(deps, id, never);
  const outcomes = ids.map((_, index) => {
    if (index === 1) return 'failed';
    if (index === 6) return 'not_found';
    return index >= 8 ? 'unprocessed' : 'deleted';
  });
  return { id, ids, outcomes };
}

describe('The results of a bulk delete', () => {
  it('say of every record what became of it, in the order of the frozen set.', async () => {
    const { id, ids, outcomes } = await makeEveryOutcome();
    const { status, body } = await get(id);
    expect(status).toBe(200);
    expect(body).toEqual({
      data: ids.map((leadId, index) => ({
        id: encodeId('lead', leadId),
        object_type: 'lead',
        outcome: outcomes[index],
        code: index === 1 ? 'P0001' : null,
        message: index === 1 ? 'this one stays' : null,
        parent: null,
      })),
      cursor_next: null,
    });
    const row = await api.call(org.apiKey, 'GET', `/api/v1/bulk_action/delete/${wire(id)}/`);
    expect(row.body).toMatchObject({
      n_objects: 10,
      n_objects_deleted: 6,
      n_objects_not_found: 1,
      n_objects_failed: 1,
      n_objects_unprocessed: 2,
    });
  });

  it.each(['deleted', 'not_found', 'failed', 'unprocessed'])(
    'can be asked for what is %s only.',
    async (outcome) => {
      const { id, ids, outcomes } = await makeEveryOutcome();
      const expected = ids
        .filter((_, index) => outcomes[index] === outcome)
        .map((leadId) => encodeId('lead', leadId));
      const { results } = await walk(id, `outcome=${outcome}&_limit=1`);
      expect(results.map((result) => result.id)).toEqual(expected);
      expect(new Set(results.map((result) => result.outcome))).toEqual(new Set([outcome]));
    },
  );

  it('are the same in parts of any size, and as lines.', async () => {
    const { id } = await makeEveryOutcome();
    const { body } = await get(id);
    for (let limit = 1; limit <= 11; limit += 1) {
      const { results, answers } = await walk(id, `_limit=${limit}`);
      expect(results).toEqual(body.data);
      expect(answers).toBe(Math.ceil(10 / limit));
    }
    const { status, headers, lines } = await getLines(api, org.apiKey, urlOf(id));
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^application\/x-ndjson/);
    expect(headers.vary).toBe('accept');
    expect(lines).toEqual(body.data);
  });

  it('have nothing twice and leave nothing out when a page is halved while somebody walks through them.', async () => {
    const ids = await insertLeads(12);
    const { id } = await start();
    // Resolved, and no page worked on yet.
    await runSlice({ ...deps, settings: { ...deps.settings, sliceMs: 0 } }, id, never);
    const seen: unknown[] = [];
    let cursor = '';
    for (let part = 0; ; part += 1) {
      const { body } = await get(id, `_limit=3&_cursor=${cursor}`);
      seen.push(...(body.data as { id: string }[]).map((result) => result.id));
      if (part === 0) {
        // Halves the first and the second page, down to single objects, and deletes the rest.
        await trigger.refuse([ids[0] ?? '', ids[5] ?? '', ids[7] ?? '']);
        await workToEnd(deps, id);
      }
      if (typeof body.cursor_next !== 'string') break;
      cursor = body.cursor_next;
    }
    expect(seen).toEqual(ids.map((leadId) => encodeId('lead', leadId)));
    const { rows } = await sql`select from bulk_delete_page`.execute(db);
    expect(rows.length).toBeGreaterThan(3);
    expect((await get(id, 'outcome=failed')).body.data).toHaveLength(3);
  });

  it('are kept without an archive too.', async () => {
    const ids = await insertLeads(4);
    const { id } = await start({ archive: false });
    await runSlice({ ...deps, settings: { ...deps.settings, sliceMs: 0 } }, id, never);
    await sql`delete from lead where id = any(${ids.slice(1, 3)}::uuid[])`.execute(db);
    await workToEnd(deps, id);
    const { body } = await get(id, 'include_children=true');
    expect((body.data as { outcome: string }[]).map(({ outcome }) => outcome)).toEqual([
      'deleted',
      'not_found',
      'not_found',
      'deleted',
    ]);
  });

  it('are there for records that were named by their ids, in the order in which they were named.', async () => {
    const [first = '', second = ''] = await insertLeads(2);
    const gone = newId();
    const { id } = await deleteByIds(deps, actorOf(org), {
      objectType: 'lead',
      ids: [second, gone, first],
      source: 'ids',
    });
    expect((await get(id)).body.data).toMatchObject([
      { id: encodeId('lead', second), outcome: 'deleted' },
      { id: encodeId('lead', gone), outcome: 'not_found' },
      { id: encodeId('lead', first), outcome: 'deleted' },
    ]);
  });

  it('are none before the query is resolved, and none of a dry run.', async () => {
    await insertLeads(2);
    const { id } = await start();
    expect((await get(id)).body).toEqual({ data: [], cursor_next: null });
    const { text } = await getLines(api, org.apiKey, urlOf(id));
    expect(text).toBe('');
    const tried = await api.call(org.apiKey, 'POST', '/api/v1/bulk_action/delete/', {
      body: { query: 'Lead', dry_run: true },
    });
    const url = `/api/v1/bulk_action/delete/${tried.body.id}/results/`;
    expect((await api.call(org.apiKey, 'GET', url)).body).toEqual({ data: [], cursor_next: null });
  });
});

describe('With include_children', () => {
  it('what went with the records of a page comes behind them, each with what it went with, in parts of any size.', async () => {
    const leads = await insertLeads(6);
    const children: { id: string; object_type: string; parent: string }[][] = [[], []];
    for (const [index, leadId] of leads.entries()) {
      const base = { organization_id: org.organizationId, lead_id: leadId };
      const contact = await insertRow(db, 'contact', { ...base, name: 'A person' });
      const call = await insertRow(db, 'activity', { ...base, type: 'call', contact_id: contact });
      await insertRow(db, 'contact_email', {
        organization_id: org.organizationId,
        contact_id: contact,
        email: 'a@b.c',
      });
      if (index === 3) continue;
      const parent = encodeId('lead', leadId);
      children[index < 4 ? 0 : 1]?.push(
        { id: encodeId('cont', contact), object_type: 'contact', parent },
        { id: encodeId('acti', call), object_type: 'activity.call', parent },
      );
    }
    await trigger.refuse([leads[3] ?? '']);
    const { id } = await start();
    await workToEnd(deps, id);

    const { body } = await get(id, 'include_children=true&_limit=1000');
    const data = body.data as Readonly<Record<string, unknown>>[];
    expect(data.filter(({ parent }) => parent === null).map((result) => result.id)).toEqual(
      leads.map((leadId) => encodeId('lead', leadId)),
    );
    const went = data.filter(({ parent }) => parent !== null);
    expect(went).toHaveLength(10);
    for (const child of children.flat()) {
      expect(went).toContainEqual({ ...child, outcome: 'deleted', code: null, message: null });
    }
    const place = (wireId: string) => data.findIndex((result) => result.id === wireId);
    const lastOfFirstPages = place(encodeId('lead', leads[4] ?? ''));
    for (const child of children[0] ?? []) expect(place(child.id)).toBeLessThan(lastOfFirstPages);
    for (const child of children[1] ?? [])
      expect(place(child.id)).toBeGreaterThan(place(encodeId('lead', leads[5] ?? '')));

    for (const limit of [1, 2, 3, 5, 7, 15, 16, 17]) {
      expect((await walk(id, `include_children=true&_limit=${limit}`)).results).toEqual(data);
    }
    expect((await getLines(api, org.apiKey, urlOf(id, 'include_children=true'))).lines).toEqual(data);
    const deletedOnly = await walk(id, 'include_children=true&outcome=deleted&_limit=2');
    expect(deletedOnly.results).toEqual(data.filter(({ outcome }) => outcome === 'deleted'));
    expect((await get(id, 'include_children=true&outcome=failed')).body.data).toHaveLength(1);
  });
});

describe('Results are refused', () => {
  it('to another organization, like those of a bulk delete that never was.', async () => {
    await insertLeads(1);
    const { id } = await start();
    const stranger = await createOrganization(db);
    const foreign = await get(id, '', stranger.apiKey);
    expect(foreign.status).toBe(404);
    expect(foreign.body).toEqual((await get(newId(), '', stranger.apiKey)).body);
    expect((await getLines(api, stranger.apiKey, urlOf(id))).status).toBe(404);
    expect((await api.call(org.apiKey, 'GET', '/api/v1/bulk_action/delete/nonsense/results/')).status).toBe(
      404,
    );
  });

  it('with a cursor that was not given here, and nothing else is read.', async () => {
    await insertLeads(3);
    const { id } = await start();
    await workToEnd(deps, id);
    const own = (await get(id, '_limit=1')).body.cursor_next;
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const decoded = JSON.parse(Buffer.from(String(own), 'base64url').toString());
    const cursors = [
      'x',
      '%00',
      encode(null),
      encode([]),
      encode({ ...decoded, target: -1 }),
      encode({ ...decoded, target: 2_147_483_647 }),
      encode({ ...decoded, target: 1.5 }),
      encode({ ...decoded, child: { objectType: 'contact', id: "'; drop table lead" } }),
      encode({ ...decoded, extra: 1 }),
      encode({ ...decoded, of: newId() }),
    ];
    for (const cursor of cursors) {
      expect(fieldErrors(await get(id, `_cursor=${cursor}`))).toHaveProperty('_cursor');
    }
    expect((await get(id, `_cursor=${own}`)).body.data).toHaveLength(2);
    const unknownChild = encode({ ...decoded, child: { objectType: 'no such type', id: newId() } });
    expect((await get(id, `include_children=true&_cursor=${unknownChild}`)).status).toBe(200);
    expect((await get(id, `_cursor=${encode({ ...decoded, target: 2_147_483_646 })}`)).body.data).toEqual([]);
  });

  it.each([
    ['outcome', 'outcome=gone'],
    ['_limit', '_limit=0'],
    ['_limit', '_limit=1001'],
    ['_limit', '_limit=many'],
    ['include_children', 'include_children=yes'],
  ])('with a wrong %s, which is named.', async (field, query) => {
    await insertLeads(1);
    const { id } = await start();
    expect(fieldErrors(await get(id, query))).toHaveProperty([field]);
  });

  it('to a key that may not read.', async () => {
    await insertLeads(1);
    const { id } = await start();
    const { apiKey } = await createOrganization(db, { scopes: ['delete'] });
    expect((await get(id, '', apiKey)).status).toBe(403);
  });
});

describe('The number of unprocessed objects', () => {
  it('is worked out by the database, which takes no counts that do not add up.', async () => {
    await insertLeads(3);
    const { id } = await start();
    await runSlice({ ...deps, settings: { ...deps.settings, sliceMs: 0 } }, id, never);
    const set = (assignment: string) =>
      sql.raw(`update bulk_delete set ${assignment} where id = '${id}'`).execute(db);
    await expect(set('n_objects_unprocessed = 1')).rejects.toMatchObject({ code: '428C9' });
    await expect(set('n_objects_deleted = 1')).rejects.toMatchObject({ code: '23514' });
    await expect(set('n_objects_deleted = 4, n_objects_processed = 4')).rejects.toMatchObject({
      code: '23514',
    });
    await expect(set('n_objects_failed = -1, n_objects_processed = -1')).rejects.toMatchObject({
      code: '23514',
    });
    await expect(
      sql`update bulk_delete_page set status = 'done', n_not_found = 3 where bulk_delete_id = ${id}`.execute(
        db,
      ),
    ).rejects.toMatchObject({ code: '23514' });
  });
});
