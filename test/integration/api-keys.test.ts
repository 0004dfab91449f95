import { newId } from '@winnow/catalog';
import { authenticate, createApiKey, type Db, listApiKeys, revokeApiKey } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, createOrganization, insertRow } from '../support/index.ts';

let db: Db;
beforeAll(async () => {
  ({ db } = await createDatabase());
});

describe('API keys', () => {
  it('speak for one user of one organization, with the scopes that they were given.', async () => {
    const org = await createOrganization(db);
    const { id, key } = await createApiKey(db, { ...org, name: 'import', scopes: ['read', 'write'] });
    expect(await authenticate(db, key, new Date())).toEqual({
      kind: 'valid',
      organizationId: org.organizationId,
      userId: org.userId,
      apiKeyId: id,
      scopes: ['read', 'write'],
      campaignIds: null,
    });
  });

  it('may be restricted to campaigns, each named once, and never to none.', async () => {
    const org = await createOrganization(db);
    const campaign = await insertRow(db, 'campaign', { organization_id: org.organizationId, name: 'C' });
    const key = { ...org, name: 'campaign', scopes: ['write:leads'] };
    const made = await createApiKey(db, { ...key, campaignIds: [campaign, campaign] });
    expect(await authenticate(db, made.key, new Date())).toMatchObject({ campaignIds: [campaign] });
    expect((await listApiKeys(db, org)).map((row) => row.campaign_ids)).toEqual([null, [campaign]]);
    await expect(createApiKey(db, { ...key, campaignIds: [] })).rejects.toThrow('needs one');
    expect(await listApiKeys(db, org)).toHaveLength(2);
  });

  it('are never made for a user of another organization, or without a known scope.', async () => {
    const [org, other] = [await createOrganization(db), await createOrganization(db)];
    const key = { organizationId: org.organizationId, userId: org.userId, name: 'x', scopes: ['*'] };
    await expect(createApiKey(db, { ...key, userId: other.userId })).rejects.toThrow('no such user');
    await expect(createApiKey(db, { ...key, userId: newId() })).rejects.toThrow('no such user');
    await expect(createApiKey(db, { ...key, scopes: [] })).rejects.toThrow('needs a scope');
    await expect(createApiKey(db, { ...key, scopes: ['read', 'admin'] })).rejects.toThrow('admin');
    expect(await listApiKeys(db, org)).toHaveLength(1);
  });

  it('are stored as a hash only, which no list shows.', async () => {
    const org = await createOrganization(db);
    const [listed] = await listApiKeys(db, org);
    expect(listed).not.toHaveProperty('secret_hash');
    const { rows } = await sql<{ text: string }>`select api_key::text as text from api_key`.execute(db);
    const secret = org.apiKey.split('.')[1] ?? '';
    expect(secret).toHaveLength(22);
    for (const { text } of rows) expect(text).not.toContain(secret);
  });

  it('are revoked for good, by their own organization only, and keep the first date.', async () => {
    const [org, other] = [await createOrganization(db), await createOrganization(db)];
    const key = { organizationId: org.organizationId, id: org.apiKeyId };
    expect(await revokeApiKey(db, { ...key, organizationId: other.organizationId })).toBe(false);
    expect(await authenticate(db, org.apiKey, new Date())).toMatchObject({ kind: 'valid' });
    expect(await revokeApiKey(db, key)).toBe(true);
    const first = (await listApiKeys(db, org))[0]?.date_revoked;
    expect(first).toBeInstanceOf(Date);
    expect(await revokeApiKey(db, key)).toBe(true);
    expect((await listApiKeys(db, org))[0]?.date_revoked).toEqual(first);
    expect(await authenticate(db, org.apiKey, new Date())).toEqual({ kind: 'revoked' });
  });

  it('that are expired or revoked say so only to who holds the secret.', async () => {
    const org = await createOrganization(db);
    await revokeApiKey(db, { ...org, id: org.apiKeyId });
    const guess = `${org.apiKey.split('.')[0]}.${'0'.repeat(22)}`;
    expect(await authenticate(db, guess, new Date())).toEqual({ kind: 'unknown' });
  });
});
