import { controlBulkDelete } from '@winnow/bulk-delete';
import { decodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  actorOf,
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  insertRow,
  type TestApi,
  type TestOrganization,
} from '../support/index.ts';

let db: Db;
let api: TestApi;
let org: TestOrganization;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
});
beforeEach(async () => {
  org = await createOrganization(db);
});

const insert = (table: string, row: object = {}) =>
  insertRow(db, table, { organization_id: org.organizationId, ...row });

const post = (path: string, body: object, to: TestApi = api) =>
  to.call(org.apiKey, 'POST', path, { body, headers: { 'idempotency-key': 'once' } });

/** What a process leaves behind that ended after its work was committed and before it answered. */
async function forgetAnswer(): Promise<void> {
  await sql`
    update idempotency_key
    set state = 'running', status = null, headers = null, body = null, lease_until = now() - interval '1 second'
    where api_key_id = ${org.apiKeyId}
  `.execute(db);
}

async function countBulkDeletes(): Promise<number> {
  const { rows } = await sql`select from bulk_delete where organization_id = ${org.organizationId}`.execute(
    db,
  );
  return rows.length;
}

describe('A request whose answer was lost is answered like the first time when it comes again:', () => {
  it('deletion by ids, with ids that were not there and one that is none', async () => {
    const ids = [await insert('opportunity'), await insert('opportunity')];
    const body = { deal_ids: [...ids, '00000000-0000-7000-8000-000000000000', 'x'] };
    const first = await post('/v1/deals/bulk-delete', body);
    expect(first.body).toMatchObject({ data: { deleted_count: 2, not_found_count: 1 } });
    await forgetAnswer();
    const again = await post('/v1/deals/bulk-delete', body);
    expect(again.status).toBe(200);
    expect(again.text).toBe(first.text);
    expect(again.headers['x-winnow-bulk-delete-id']).toBe(first.headers['x-winnow-bulk-delete-id']);
    expect(await countBulkDeletes()).toBe(1);
  });

  it('a merge, which moves nothing again', async () => {
    const lead_id = await insert('lead');
    const [kept, duplicate] = [await insert('contact', { lead_id }), await insert('contact', { lead_id })];
    await insert('task', { lead_id, contact_id: duplicate });
    const body = { primary_contact_id: kept, duplicate_contact_ids: [duplicate] };
    const first = await post('/v1/contacts/merge', body);
    expect(first.body).toMatchObject({ data: { merged_count: 1 } });
    await forgetAnswer();
    // Even the contact that everything went to may be gone by then.
    await api.call(org.apiKey, 'DELETE', `/api/v1/contact/${kept}/`);
    const again = await post('/v1/contacts/merge', body);
    expect(again.text).toBe(first.text);
  });

  it('but for one that somebody has cancelled meanwhile, which says so', async () => {
    const hasty = await createApi(db, { engine: { synchronousMs: 1, sliceMs: 1, pageSize: 1 } });
    const deal_ids = await Promise.all(Array.from({ length: 30 }, () => insert('opportunity')));
    const path = '/v1/deals/bulk-delete';
    const cut = await post(path, { deal_ids }, hasty);
    expect(cut.status).toBe(202);
    const id = decodeId('bulkdelete', String(cut.headers['x-winnow-bulk-delete-id'])) ?? '';
    await controlBulkDelete(createEngine(db), actorOf(org), { id, wanted: 'cancelled' });
    await forgetAnswer();
    const again = await post(path, { deal_ids });
    expect(again.status).toBe(409);
    expect(again.body).toEqual({
      error: { code: 'conflict', message: expect.stringMatching(/cancelled.* \d+ were deleted\./) },
    });
  });

  describe('deletion by identifiers', () => {
    const PATH = '/api/v1/leads/bulk-delete';
    let campaignId: string;
    let body: object;
    beforeEach(async () => {
      campaignId = await insert('campaign', { name: 'c' });
      const lead = (external_id: string | null, phone_number: string | null) =>
        insert('lead', { campaign_id: campaignId, external_id, phone_number });
      await lead('a', '+1');
      await lead(null, '+2');
      await lead('twice', '+3');
      await lead('twice', '+4');
      const leads = [
        { externalId: 'a' },
        { externalId: 'a', phoneNumber: '+2' },
        { externalId: 'unknown', phoneNumber: '+2' },
        { phoneNumber: '+1' },
        { externalId: 'twice' },
        { externalId: 'nobody' },
      ];
      body = { campaignId, leads };
    });
    const expected = {
      success: true,
      deleted: 2,
      notFound: 1,
      deletedIdentifiers: ['a', 'unknown', '+1'],
      notFoundIdentifiers: ['nobody'],
      ambiguousIdentifiers: ['twice'],
    };

    it('with all of it done', async () => {
      expect((await post(PATH, body)).body).toEqual(expected);
      await forgetAnswer();
      const again = await post(PATH, body);
      expect(again.status).toBe(200);
      expect(again.body).toEqual(expected);
      expect(await countBulkDeletes()).toBe(1);
    });

    it('with nothing or a part of it done, which is finished', async () => {
      const hasty = await createApi(db, { engine: { synchronousMs: 1, sliceMs: 1, pageSize: 1 } });
      const cut = await post(PATH, body, hasty);
      expect(cut.body.success).toBe(true);
      await forgetAnswer();
      expect((await post(PATH, body)).body).toEqual(expected);
      expect(await countBulkDeletes()).toBe(1);
    });

    it('though several have come to have the identifier of one that is not deleted yet', async () => {
      const hasty = await createApi(db, { engine: { synchronousMs: 1, sliceMs: 1, pageSize: 1 } });
      await post(PATH, body, hasty);
      await forgetAnswer();
      const row = { organization_id: org.organizationId, campaign_id: campaignId };
      // Their ids come before those of the others.
      for (const n of [1, 2, 3, 4]) {
        const id = `00000000-0000-7000-8000-${org.organizationId.slice(-11)}${n}`;
        await insertRow(db, 'lead', { ...row, id, external_id: 'a', phone_number: '+2' });
      }
      expect((await post(PATH, body)).body).toEqual(expected);
    });

    it('and does not touch leads that have come to have its identifiers since', async () => {
      await post(PATH, body);
      await forgetAnswer();
      const row = { organization_id: org.organizationId, campaign_id: campaignId };
      const fresh = [
        await insertRow(db, 'lead', { ...row, external_id: 'a', phone_number: '+1' }),
        await insertRow(db, 'lead', { ...row, external_id: 'nobody', phone_number: '+2' }),
      ];
      expect((await post(PATH, body)).body).toEqual(expected);
      const { rows } = await sql`select from lead where id = any(${fresh}::uuid[])`.execute(db);
      expect(rows).toHaveLength(2);
    });
  });
});
