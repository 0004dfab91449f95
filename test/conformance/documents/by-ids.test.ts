import { createApiKey, type Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { codeOf, documentOrSkip, readCurl, tableRows } from '../../support/documents.ts';
import {
  createApi,
  createDatabase,
  createOrganization,
  insertRow,
  type TestApi,
  type TestOrganization,
} from '../../support/index.ts';

const KINDS = [
  { number: '000', name: 'deal', table: 'opportunity', objectType: 'opportunity' },
  { number: '001', name: 'contact', table: 'contact', objectType: 'contact' },
] as const;

let db: Db;
let api: TestApi;
let org: TestOrganization;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db, { settings: { rateLimit: 1000 } });
});
beforeEach(async () => {
  org = await createOrganization(db);
});

describe.each(KINDS.map((kind) => [kind.number, kind.name, kind] as const))(
  'Document %s, deleting %ss by ids:',
  (number, name, { table, objectType }) => {
    const key = `${name}_ids`;

    async function insert(id?: string): Promise<string> {
      const row = { organization_id: org.organizationId, ...(id === undefined ? {} : { id }) };
      const lead_id = await insertRow(db, 'lead', { organization_id: org.organizationId });
      return insertRow(db, table, { ...row, lead_id });
    }

    /** The request of the document; what stands there for an id and is none is replaced by a real one. */
    async function readRequest(document: string) {
      const { method, url, headers, body = '' } = readCurl(codeOf(document, 'bash'));
      const sent = JSON.parse(body) as Record<string, readonly string[]>;
      const ids = await Promise.all(
        (sent[key] ?? []).map((id) => insert(/^[0-9a-f-]{36}$/.test(id) ? id : undefined)),
      );
      expect(headers.authorization).toMatch(/^Bearer /);
      expect(headers['content-type']).toBe('application/json');
      const payload = (sent[key] ?? []).reduce((text, id, index) => text.replace(id, ids[index] ?? ''), body);
      return { method, url, payload, ids };
    }

    it('the request of the example is answered with the example, to the byte.', async (context) => {
      const document = await documentOrSkip(context, number);
      const { method, url, payload, ids } = await readRequest(document);
      expect(method).toBe('POST');

      const answer = await api.call(org.apiKey, 'POST', url.pathname, { payload });

      expect(answer.status).toBe(200);
      expect(answer.text).toBe(JSON.stringify(JSON.parse(codeOf(document, 'json'))));
      const { rows } = await sql`select from ${sql.table(table)} where id = any(${ids}::uuid[])`.execute(db);
      expect(rows).toEqual([]);
    });

    it('every header that it names is in the answer.', async (context) => {
      const document = await documentOrSkip(context, number);
      const { url, payload } = await readRequest(document);
      const [line = ''] = document.match(/^Responses include .*$/m) ?? [];
      const names = [...line.matchAll(/`(X-[\w-]+)`/g)].map(([, header = '']) => header.toLowerCase());
      expect(names).toHaveLength(4);
      const answer = await api.call(org.apiKey, 'POST', url.pathname, { payload });
      for (const header of names) expect(answer.headers, header).toHaveProperty(header);
    });

    it('each deletion is an event of the name that it gives.', async (context) => {
      const document = await documentOrSkip(context, number);
      const [, object, action] = /emits a `(\w+)\.(\w+)` webhook event/.exec(document) ?? [];
      expect(object).toBe(name);
      const { url, payload, ids } = await readRequest(document);
      await api.call(org.apiKey, 'POST', url.pathname, { payload });
      const query = `object_type=${objectType}&action=${action}`;
      const events = await api.call(org.apiKey, 'GET', `/api/v1/event/?${query}`);
      expect(events.body.data).toHaveLength(ids.length);
      const open = await createApi(db, { settings: { webhookAllowPrivate: true } });
      const subscription = { url: 'http://127.0.0.1:9/', events: [{ object_type: object, action }] };
      expect((await open.call(org.apiKey, 'POST', '/api/v1/webhook/', { body: subscription })).status).toBe(
        201,
      );
    });

    it('the same Idempotency-Key gives the same result.', async (context) => {
      const document = await documentOrSkip(context, number);
      expect(document).toContain('header="Idempotency-Key"');
      const { url, payload } = await readRequest(document);
      const send = () =>
        api.call(org.apiKey, 'POST', url.pathname, { payload, headers: { 'idempotency-key': 'once' } });
      const first = await send();
      const again = await send();
      expect(again.status).toBe(200);
      expect(again.text).toBe(first.text);
      expect(first.text).toBe(JSON.stringify(JSON.parse(codeOf(document, 'json'))));
    });

    it('dry_run answers the same and changes nothing.', async (context) => {
      const document = await documentOrSkip(context, number);
      expect(document).toContain('body="dry_run" type="boolean" default="false"');
      const { url, payload, ids } = await readRequest(document);
      const body = { ...JSON.parse(payload), dry_run: true };
      const answer = await api.call(org.apiKey, 'POST', url.pathname, { body });
      expect(answer.text).toBe(JSON.stringify(JSON.parse(codeOf(document, 'json'))));
      const { rows } = await sql`select from ${sql.table(table)} where id = any(${ids}::uuid[])`.execute(db);
      expect(rows).toHaveLength(ids.length);
      expect((await api.call(org.apiKey, 'POST', url.pathname, { payload })).text).toBe(answer.text);
    });

    it('every error of its table has that status and that code.', async (context) => {
      const document = await documentOrSkip(context, number);
      const { url, payload } = await readRequest(document);
      const call = (apiKey: string, sent: string, to: TestApi = api) =>
        to.call(apiKey, 'POST', url.pathname, { payload: sent });
      const permission = `write:${name}s`;
      const causes: Readonly<Record<string, () => ReturnType<typeof call>>> = {
        [`More than 500 IDs or missing ${key}`]: async () => {
          expect(await call(org.apiKey, '{}')).toMatchObject({
            status: 400,
            body: { error: { code: 'validation_error' } },
          });
          return call(org.apiKey, JSON.stringify({ [key]: Array(501).fill('x') }));
        },
        'Invalid or expired API key': async () => {
          const expired = await createApiKey(db, {
            ...org,
            name: 'k',
            scopes: ['write'],
            expiresAt: new Date(0),
          });
          expect(await call(expired.key, payload)).toMatchObject({
            status: 401,
            body: { error: { code: 'invalid_key' } },
          });
          return call('wrong', payload);
        },
        [`Missing ${permission} permission`]: async () => {
          const holder = await createOrganization(db, { scopes: ['read', 'delete'] });
          const allowed = await createOrganization(db, { scopes: [permission] });
          expect((await call(allowed.apiKey, payload)).status).toBe(200);
          return call(holder.apiKey, payload);
        },
        'Rate limit exceeded': async () => {
          const slow = await createApi(db, { settings: { rateLimit: 1 } });
          for (let n = 0; n < 5; n += 1) await call(org.apiKey, '{}', slow);
          return call(org.apiKey, payload, slow);
        },
      };
      const rows = tableRows(document, ['Status', 'Code', 'Description']);
      expect(rows.map(([, , description = '']) => description).sort()).toEqual(Object.keys(causes).sort());
      for (const [status, code, description = ''] of rows) {
        const answer = await causes[description]?.();
        expect(answer?.status, description).toBe(Number(status));
        expect(answer?.body, description).toMatchObject({ error: { code, message: expect.any(String) } });
      }
    });
  },
);
