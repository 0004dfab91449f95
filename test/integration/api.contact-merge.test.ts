import { decodeId, encodeId, newId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  countRows,
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  insertRow,
  type TestApi,
  type TestOrganization,
  textOf,
  workToEnd,
} from '../support/index.ts';

const MERGE = '/v1/contacts/merge';

let db: Db;
let api: TestApi;
let org: TestOrganization;
let lead_id: string;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
});
beforeEach(async () => {
  org = await createOrganization(db);
  lead_id = await insert('lead');
});

const insert = (table: string, row: object = {}) =>
  insertRow(db, table, { organization_id: org.organizationId, ...row });
const contact = (row: object = {}) => insert('contact', { lead_id, ...row });
const merge = (primary: string, duplicates: readonly string[], more: object = {}) =>
  api.call(org.apiKey, 'POST', MERGE, {
    body: { primary_contact_id: primary, duplicate_contact_ids: duplicates, ...more },
  });
const outcome = (primary: string, merged: number, notFound = 0, errors: readonly unknown[] = []) => ({
  data: { primary_contact_id: primary, merged_count: merged, not_found_count: notFound, errors },
});

async function rowsOf(table: string, columns: string): Promise<readonly object[]> {
  const { rows } = await sql<object>`
    select ${sql.raw(columns)} from ${sql.table(table)} where organization_id = ${org.organizationId} order by id
  `.execute(db);
  return rows;
}

describe('Merging contacts', () => {
  it('gives all that refers to the others to the one that stays, and deletes the others.', async () => {
    const [kept, first, second, bystander] = [
      await contact(),
      await contact(),
      await contact(),
      await contact(),
    ];
    for (const contact_id of [first, second, bystander]) {
      const opportunity_id = await insert('opportunity', { lead_id, contact_id });
      await insert('activity', { lead_id, contact_id, opportunity_id, type: 'note' });
      await insert('task', { lead_id, contact_id });
      await insert('document', { lead_id, contact_id, name: 'd' });
    }

    const answer = await merge(encodeId('cont', kept), [first, encodeId('contact', second)]);

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(outcome(encodeId('cont', kept), 2));
    for (const table of ['opportunity', 'activity', 'task', 'document']) {
      expect(await rowsOf(table, 'contact_id')).toEqual([
        { contact_id: kept },
        { contact_id: kept },
        { contact_id: bystander },
      ]);
    }
    expect(await rowsOf('contact', 'id')).toEqual([{ id: kept }, { id: bystander }]);
    expect(await rowsOf('archive.contact', 'id')).toEqual([{ id: first }, { id: second }]);
    const [made] = await db
      .selectFrom('bulk_delete')
      .selectAll()
      .where('organization_id', '=', org.organizationId)
      .execute();
    expect(made).toMatchObject({
      source: 'merge',
      status: 'done',
      deleted_counts: { contact: 2 },
    });
  });

  it('brings addresses, numbers and URLs along, none twice, and never forgets that one is unsubscribed.', async () => {
    const [kept, first, second] = [await contact(), await contact(), await contact()];
    const email = (contact_id: string, address: string, more: object = {}) =>
      insert('contact_email', { contact_id, email: address, ...more });
    const own = await email(kept, 'ann@acme.test');
    await email(first, 'ANN@acme.test ', { is_unsubscribed: true });
    const brought = await email(first, 'ann@home.test');
    await email(second, 'Ann@Home.test');
    const phone = await insert('contact_phone', { contact_id: second, phone: '+1 555' });
    const address = await insert('contact_url', { contact_id: second, url: 'https://ann.test' });

    await merge(kept, [first, second]);

    expect(await rowsOf('contact_email', 'id, contact_id, email, is_unsubscribed')).toEqual([
      { id: own, contact_id: kept, email: 'ann@acme.test', is_unsubscribed: true },
      { id: brought, contact_id: kept, email: 'ann@home.test', is_unsubscribed: false },
    ]);
    expect(await rowsOf('contact_phone', 'id, contact_id')).toEqual([{ id: phone, contact_id: kept }]);
    expect(await rowsOf('contact_url', 'id, contact_id')).toEqual([{ id: address, contact_id: kept }]);
    expect(await rowsOf('archive.contact_email', 'email')).toEqual([
      { email: 'ANN@acme.test ' },
      { email: 'Ann@Home.test' },
    ]);
  });

  it('fills what is empty from the first that has it, and overwrites nothing.', async () => {
    const field = async (name: string) =>
      textOf(
        await api.call(org.apiKey, 'POST', '/api/v1/custom_field/contact/', { body: { name, type: 'text' } }),
        'id',
      );
    const [size, colour] = [`custom.${await field('Size')}`, `custom.${await field('Colour')}`];
    const make = async (body: object) =>
      textOf(
        await api.call(org.apiKey, 'POST', '/api/v1/contact/', {
          body: { lead_id: encodeId('lead', lead_id), ...body },
        }),
        'id',
      );
    const kept = await make({ name: 'Ann', [size]: 'XL' });
    const first = await make({ name: 'Anna', title: 'CEO', [size]: 'S' });
    const second = await make({ title: 'CTO', timezone: 'Europe/Paris', [size]: 'M', [colour]: 'red' });

    expect((await merge(kept, [first, second])).status).toBe(200);

    const shown = await api.call(org.apiKey, 'GET', `/api/v1/contact/${kept}/`);
    expect(shown.body).toMatchObject({
      name: 'Ann',
      title: 'CEO',
      timezone: 'Europe/Paris',
      [size]: 'XL',
      [colour]: 'red',
      updated_by: encodeId('user', org.userId),
    });
  });

  it('follows custom fields that name a contact, alone and in lists, without naming one twice.', async () => {
    const define = async (owner: string, several: boolean) =>
      textOf(
        await api.call(org.apiKey, 'POST', `/api/v1/custom_field/${owner}/`, {
          body: { name: `f${several}`, type: 'contact', accepts_multiple_values: several },
        }),
        'id',
      );
    const [one, many] = [
      `custom.${await define('lead', false)}`,
      `custom.${await define('opportunity', true)}`,
    ];
    const [kept, first, second, third] = (
      await Promise.all([contact(), contact(), contact(), contact()])
    ).map((id) => encodeId('cont', id)) as [string, string, string, string];
    const lead = await api.call(org.apiKey, 'POST', '/api/v1/lead/', { body: { [one]: first } });
    const deal = await api.call(org.apiKey, 'POST', '/api/v1/opportunity/', {
      body: { [many]: [third, second, kept, first] },
    });

    expect((await merge(kept, [first, second])).status).toBe(200);

    expect((await api.call(org.apiKey, 'GET', `/api/v1/lead/${textOf(lead, 'id')}/`)).body[one]).toBe(kept);
    expect(
      (await api.call(org.apiKey, 'GET', `/api/v1/opportunity/${textOf(deal, 'id')}/`)).body[many],
    ).toEqual([third, kept]);
  });

  it('counts what is not there, names what is no id, and merges the rest; each duplicate counts once.', async () => {
    const [kept, first] = [await contact(), await contact()];
    const other = await createOrganization(db);
    const lead = await insertRow(db, 'lead', { organization_id: other.organizationId });
    const foreign = await insertRow(db, 'contact', { organization_id: other.organizationId, lead_id: lead });
    const answer = await merge(kept, [first, first.toUpperCase(), newId(), foreign, 'x']);
    expect(answer.body).toEqual(
      outcome(kept, 1, 2, [{ contact_id: 'x', code: 'invalid_id', message: expect.any(String) }]),
    );
    expect(await countRows(db, 'contact')).toBeGreaterThan(1);
    expect(await rowsOf('contact', 'id')).toEqual([{ id: kept }]);
  });
});

describe('Nothing changes', () => {
  const snapshot = async () =>
    JSON.stringify([
      await rowsOf('contact', '*'),
      await rowsOf('task', '*'),
      await rowsOf('contact_email', '*'),
      await rowsOf('bulk_delete', '*'),
    ]);
  async function pair(): Promise<readonly [string, string]> {
    const ids = [await contact({ title: null }), await contact({ title: 'CEO' })] as const;
    await insert('task', { lead_id, contact_id: ids[1] });
    await insert('contact_email', { contact_id: ids[1], email: 'a@b.c' });
    return ids;
  }

  it('in a dry run, which counts.', async () => {
    const [kept, first] = await pair();
    const before = await snapshot();
    const answer = await merge(kept, [first, newId(), 'x'], { dry_run: true });
    expect(answer.body).toMatchObject(outcome(kept, 1, 1, [{ contact_id: 'x' }]));
    expect(await snapshot()).toBe(before);
  });

  it.each([true, false])(
    'when the contacts are of two leads, with the others named (dry_run: %s).',
    async (dry_run) => {
      const [kept, first] = await pair();
      const elsewhere = await insert('contact', { lead_id: await insert('lead') });
      const before = await snapshot();
      const sent = `contact_${encodeId('cont', elsewhere).slice('cont_'.length)}`;
      const answer = await merge(kept, [first, sent], { dry_run });
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({
        error: {
          code: 'validation_error',
          details: { duplicate_contact_ids: expect.stringContaining(sent) },
        },
      });
      expect(await snapshot()).toBe(before);
    },
  );

  it.each([true, false])('when the contact that stays is not there (dry_run: %s).', async (dry_run) => {
    const [, first] = await pair();
    const before = await snapshot();
    const answer = await merge(newId(), [first], { dry_run });
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({
      error: { code: 'not_found', message: expect.stringContaining('primary_contact_id') },
    });
    expect(await snapshot()).toBe(before);
  });

  it.each([
    ['{"primary_contact_id":"A"}', 'duplicate_contact_ids'],
    ['{"duplicate_contact_ids":["B"]}', 'primary_contact_id'],
    ['{"primary_contact_id":"A","duplicate_contact_ids":[]}', 'duplicate_contact_ids'],
    ['{"primary_contact_id":"A","duplicate_contact_ids":["A"]}', 'duplicate_contact_ids'],
    ['{"primary_contact_id":"A","duplicate_contact_ids":["B","A"]}', 'duplicate_contact_ids'],
    ['{"primary_contact_id":"x","duplicate_contact_ids":["B"]}', 'primary_contact_id'],
    ['{"primary_contact_id":["A"],"duplicate_contact_ids":["B"]}', 'primary_contact_id'],
    ['{"primary_contact_id":"A","duplicate_contact_ids":["B"],"dryRun":true}', 'dryRun'],
    ['{"primary_contact_id":"A","duplicate_contact_ids":["B"],"dry_run":"yes"}', 'dry_run'],
  ])('for the body %s, which is answered 400 with the field that is wrong.', async (template, field) => {
    const [kept, first] = await pair();
    const before = await snapshot();
    const payload = template.replaceAll('"A"', `"${kept}"`).replaceAll('"B"', `"${first}"`);
    const answer = await api.call(org.apiKey, 'POST', MERGE, { payload });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error: { details: { [field]: expect.any(String) } } });
    expect(await snapshot()).toBe(before);
  });

  it('for a key without write:contacts.', async () => {
    const holder = await createOrganization(db, { scopes: ['read', 'write:deals'] });
    const answer = await api.call(holder.apiKey, 'POST', MERGE, {
      body: { primary_contact_id: newId(), duplicate_contact_ids: [newId()] },
    });
    expect(answer.status).toBe(403);
  });
});

it('Two contacts that are merged into each other at once never both go.', async () => {
  for (let round = 0; round < 8; round += 1) {
    const [a, b] = [await contact(), await contact()];
    await insert('task', { lead_id, contact_id: a });
    await insert('task', { lead_id, contact_id: b });
    const answers = await Promise.all([merge(a, [b]), merge(b, [a])]);
    expect(answers.map(({ status }) => status).sort()).toEqual([
      200,
      expect.toSatisfy((status) => [404, 409].includes(status)),
    ]);
    const { rows } = await sql<{ id: string }>`select id from contact where id in (${a}, ${b})`.execute(db);
    expect(rows).toHaveLength(1);
    const { rows: tasks } = await sql`select from task where contact_id = ${rows[0]?.id}`.execute(db);
    expect(tasks).toHaveLength(2);
  }
});

it('A merge that waits for somebody else’s lock as long as a client should wait does nothing.', async () => {
  const hasty = await createApi(db, { engine: { synchronousMs: 100 } });
  const [kept, duplicate] = [await contact(), await contact()];
  await insert('task', { lead_id, contact_id: duplicate });
  await db.transaction().execute(async (trx) => {
    await sql`select from contact where id = ${duplicate} for update`.execute(trx);
    const answer = await hasty.call(org.apiKey, 'POST', MERGE, {
      body: { primary_contact_id: kept, duplicate_contact_ids: [duplicate] },
    });
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
  });
  expect(await rowsOf('task', 'contact_id')).toEqual([{ contact_id: duplicate }]);
  expect(await rowsOf('bulk_delete', 'id')).toEqual([]);
});

it('A merge that outlasts its time has moved everything, and its duplicates go in the background.', async () => {
  const hasty = await createApi(db, { engine: { synchronousMs: 1, sliceMs: 1, pageSize: 1 } });
  const kept = await contact();
  const duplicates = await Promise.all(Array.from({ length: 20 }, () => contact()));
  for (const contact_id of duplicates) await insert('task', { lead_id, contact_id });
  const answer = await hasty.call(org.apiKey, 'POST', MERGE, {
    body: { primary_contact_id: kept, duplicate_contact_ids: duplicates },
  });
  expect(answer.status).toBe(202);
  expect(answer.body).toMatchObject({ data: { bulk_delete: { status: 'processing', n_objects: 20 } } });
  expect(await rowsOf('task', 'contact_id')).toEqual(duplicates.map(() => ({ contact_id: kept })));

  // What waits to be deleted takes nothing more: it would go with it.
  const { rows: waiting } = await sql<{ id: string }>`
    select id from contact where id = any(${duplicates}::uuid[])
  `.execute(db);
  expect(waiting.length).toBeGreaterThan(0);
  const refused = await merge(waiting[0]?.id ?? '', [kept]);
  expect(refused.status).toBe(409);
  expect(refused.body).toEqual({
    error: { code: 'conflict', message: 'This contact is being merged into another one.' },
  });

  const id = String(answer.headers.location).split('/').at(-2) ?? '';
  await workToEnd(createEngine(db), decodeId('bulkdelete', id) ?? '');

  expect(await rowsOf('contact', 'id')).toEqual([{ id: kept }]);
  expect(await rowsOf('task', 'contact_id')).toEqual(duplicates.map(() => ({ contact_id: kept })));
});
