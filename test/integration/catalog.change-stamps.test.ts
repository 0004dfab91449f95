import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import {
  createApi,
  createDatabase,
  createOrganization,
  type TestApi,
  type TestOrganization,
  textOf,
} from '../support/index.ts';

let db: Db;
let api: TestApi;
let org: TestOrganization;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
  org = await createOrganization(db);
});

const LONG_AGO = '2020-01-01T00:00:00.000Z';
const call = (method: 'POST' | 'PUT', path: string, body: unknown) =>
  api.call(org.apiKey, method, `/api/v1/${path}/`, { body });
const makeStatus = async (of: string, label: string) =>
  textOf(
    await call('POST', `status/${of}`, { label, ...(of === 'opportunity' && { type: 'active' }) }),
    'id',
  );

async function readStamp(table: string): Promise<string | undefined> {
  const { rows } = await sql<{ stamp: Date | null }>`
    select date_status_changed as stamp from ${sql.table(table)} order by id desc limit 1
  `.execute(db);
  return rows[0]?.stamp?.toISOString();
}

it.each(['lead', 'opportunity'])(
  'the moment of a new status is kept with a %s, and only that',
  async (type) => {
    const [first, second] = [await makeStatus(type, 'First'), await makeStatus(type, 'Second')];
    const made = await call('POST', type, { status_id: first });
    expect(await readStamp(type)).not.toBeUndefined();
    const path = `${type}/${textOf(made, 'id')}`;
    const age = () => sql`update ${sql.table(type)} set date_status_changed = ${LONG_AGO}`.execute(db);

    await age();
    await call('PUT', path, { ...made.body, source: 'web', note: 'other' });
    expect(await readStamp(type)).toBe(LONG_AGO);

    await call('PUT', path, { status_id: second });
    expect(await readStamp(type)).not.toBe(LONG_AGO);

    await age();
    await call('PUT', path, { status_id: null });
    expect(await readStamp(type)).not.toBe(LONG_AGO);
  },
);

it.each(['lead', 'opportunity'])('a %s that never had a status has no such moment', async (type) => {
  await call('POST', type, {});
  expect(await readStamp(type)).toBeUndefined();
  await call('POST', type, { status_id: null });
  expect(await readStamp(type)).toBeUndefined();
});

it('a lead shows it, and the last one of its opportunities when asked', async () => {
  const status_id = await makeStatus('opportunity', 'Third');
  const lead = await call('POST', 'lead', { status_id: await makeStatus('lead', 'Third') });
  const lead_id = textOf(lead, 'id');
  await call('POST', 'opportunity', { lead_id, status_id });
  expect(lead.body).toHaveProperty('last_lead_status_change_date', lead.body.date_created);
  const asked = '_fields=last_opportunity_status_change_date';
  const shown = await api.call(org.apiKey, 'GET', `/api/v1/lead/${lead_id}/?${asked}`);
  expect(shown.body).toEqual({ last_opportunity_status_change_date: expect.stringMatching(/^20/) });
});

it('what a body says of it is passed over', async () => {
  const status_id = await makeStatus('lead', 'Fourth');
  const body = { status_id, last_lead_status_change_date: LONG_AGO };
  expect((await call('POST', 'lead', body)).body.last_lead_status_change_date).not.toMatch(/^2020/);
});
