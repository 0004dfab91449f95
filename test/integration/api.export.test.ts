import { createBulkDelete, deleteByIds } from '@winnow/bulk-delete';
import { decodeId, encodeId, ID_PREFIX, newId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { beforeEach, expect, it } from 'vitest';
import {
  actorOf,
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  getLines,
  requestFor,
  type TestApi,
  type TestOrganization,
  textOf,
  workToEnd,
} from '../support/index.ts';

let db: Db;
let org: TestOrganization;
let api: TestApi;
let deps: ReturnType<typeof createEngine>;

beforeEach(async () => {
  ({ db } = await createDatabase());
  org = await createOrganization(db);
  api = await createApi(db);
  deps = createEngine(db, { pageSize: 3 });
});

const NOT_KEPT = new Set(['contacts', 'opportunities', 'tasks', 'primary_email', 'primary_phone']);
const nameOf = (id: string) => encodeId(ID_PREFIX.bulkDelete, id);
const urlOf = (id: string, query = '') => `/api/v1/bulk_action/delete/${nameOf(id)}/export/?${query}`;
const read = (id: string, query = '', key = org.apiKey) => getLines(api, key, urlOf(id, query));

/** Makes a lead with a contact and an address. @returns what the URLs of lead and contact show. */
async function addLead(name: string) {
  const made = await api.call(org.apiKey, 'POST', '/api/v1/lead/', {
    body: {
      name,
      addresses: [{ city: 'Berlin', country: 'DE' }],
      contacts: [{ name: `${name}'s person`, emails: [{ email: 'a@example.com', type: 'office' }] }],
    },
  });
  const contact = await api.call(
    org.apiKey,
    'GET',
    `/api/v1/contact/${(made.body.contact_ids as string[])[0]}/`,
  );
  const lead = await api.call(org.apiKey, 'GET', `/api/v1/lead/${textOf(made, 'id')}/`);
  return { lead, contact };
}

it('The export has each deleted record once, as its URL showed it, with what went with it on request.', async () => {
  const made = await Promise.all(['A', 'B', 'C', 'D', 'E'].map(addLead));
  const { id } = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
  await workToEnd(deps, id);

  const { status, headers, lines } = await read(id);
  expect(status).toBe(200);
  expect(headers['content-type']).toMatch(/^application\/x-ndjson/);
  expect(headers['content-disposition']).toBe(`attachment; filename="${nameOf(id)}.ndjson"`);
  expect(lines).toHaveLength(5);
  for (const { lead } of made) {
    // Records with URLs of their own are lines of their own, whose ids stay; what was worked out of them is gone.
    const whole = Object.fromEntries(Object.entries(lead.body).filter(([name]) => !NOT_KEPT.has(name)));
    expect(lines).toContainEqual({ __object_type: 'lead', ...whole });
  }

  const all = await read(id, 'include_children=true');
  expect(all.lines).toHaveLength(10);
  for (const line of lines) expect(all.lines).toContainEqual(line);
  for (const { contact } of made)
    expect(all.lines).toContainEqual({ __object_type: 'contact', ...contact.body });
});

it('The export of a deletion by ids has what was there.', async () => {
  const { lead, contact } = await addLead('A');
  const row = await deleteByIds(deps, actorOf(org), {
    objectType: 'lead',
    ids: [newId(), decodeId('lead', textOf(lead, 'id')) ?? ''],
    source: 'ids',
  });
  const { lines } = await read(row.id, 'include_children=true');
  expect(lines).toMatchObject([{ __object_type: 'lead', name: 'A' }, { id: contact.body.id }]);
});

it('The export is empty while nothing is deleted.', async () => {
  await addLead('A');
  const { id } = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
  expect(await read(id)).toMatchObject({ status: 200, text: '' });
});

it('There is no export without an archive, of a dry run, and for another organization.', async () => {
  await addLead('A');
  const kept = await createBulkDelete(deps, actorOf(org), requestFor('lead', [], { archive: false }));
  await workToEnd(deps, kept.id);
  const tried = await api.call(org.apiKey, 'POST', '/api/v1/bulk_action/delete/', {
    body: { query: 'A', dry_run: true },
  });
  for (const [url, reason] of [
    [urlOf(kept.id), /told not to keep an archive/],
    [`/api/v1/bulk_action/delete/${tried.body.id}/export/`, /dry run/],
  ] as const) {
    const { status, body } = await api.call(org.apiKey, 'GET', url);
    expect(status).toBe(400);
    expect(body.errors).toEqual([expect.stringMatching(reason)]);
  }
  const stranger = await createOrganization(db);
  expect((await read(kept.id, '', stranger.apiKey)).status).toBe(404);
  expect((await read(newId())).status).toBe(404);
  const writer = await createOrganization(db, { scopes: ['delete'] });
  expect((await read(kept.id, '', writer.apiKey)).status).toBe(403);
});

it('HEAD says what would come and reads nothing.', async () => {
  await addLead('A');
  const { id } = await createBulkDelete(deps, actorOf(org), requestFor('lead', []));
  await workToEnd(deps, id);
  const response = await api.app.inject({
    method: 'HEAD',
    url: urlOf(id),
    headers: { authorization: `Bearer ${org.apiKey}` },
  });
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-disposition']).toMatch(/^attachment/);
  expect(response.body).toBe('');
});
