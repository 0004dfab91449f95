import { encodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { between, documentOrSkip, readCurl } from '../../support/documents.ts';
import {
  createApi,
  createDatabase,
  createOrganization,
  insertRow,
  type TestApi,
  type TestOrganization,
} from '../../support/index.ts';

const NUMBER = '003';

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

const insertLead = async () =>
  encodeId('lead', await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'Acme' }));
const call = (method: 'GET' | 'PUT' | 'DELETE', path: string, body?: object) =>
  api.call(org.apiKey, method, path, body === undefined ? {} : { body });

/** The request of the document's curl example, for another lead. */
function pathFor(document: string, leadId: string): string {
  const { method, url, headers } = readCurl(between(document, 'cURL\n\n', '\n\nJavaScript').trim());
  expect(method).toBe('DELETE');
  expect(headers.authorization).toMatch(/^Bearer /);
  return url.pathname.replace(/[^/]+$/, leadId);
}

describe('Document 003, deleting one lead:', () => {
  it('the request of the example is answered with the example, to the byte but for id and date.', async (context) => {
    const document = await documentOrSkip(context, NUMBER);
    const example = JSON.parse(between(document, 'Success Response (200 OK)\n\n', '\n\nResponse Fields'));
    const id = await insertLead();

    const answer = await call('DELETE', pathFor(document, id));

    expect(answer.status).toBe(200);
    const { deletedAt } = answer.body.data as Record<string, string>;
    const shape = (text: string) => text.replaceAll(/\d/g, '0');
    expect(shape(deletedAt ?? '')).toBe(shape(example.data.deletedAt));
    expect(answer.text).toBe(JSON.stringify({ ...example, data: { ...example.data, id, deletedAt } }));
  });

  it('a lead that is not there, is gone, is another’s, or has no id is answered with its 404, to the byte.', async (context) => {
    const document = await documentOrSkip(context, NUMBER);
    const text = between(document, '404 Not Found\n\n', 'This could mean:');
    expect(document).toContain(
      "Lead doesn't exist, already deleted, belongs to different workspace, or invalid ID format.",
    );
    const example = JSON.parse(text);
    const gone = await insertLead();
    await call('DELETE', pathFor(document, gone));
    const other = await createOrganization(db);
    const theirs = await insertRow(db, 'lead', { organization_id: other.organizationId });
    for (const id of [
      example.details.leadId,
      gone,
      encodeId('lead', theirs),
      'no id at all'.replaceAll(' ', '-'),
    ]) {
      for (const method of ['GET', 'DELETE', 'PUT'] as const) {
        const answer = await call(method, pathFor(document, id), method === 'PUT' ? {} : undefined);
        expect(answer.status).toBe(404);
        expect(answer.text).toBe(JSON.stringify(example).replace(example.details.leadId, id));
      }
    }
  });

  it('after deletion the lead cannot be retrieved, and the id cannot be used again.', async (context) => {
    const document = await documentOrSkip(context, NUMBER);
    expect(document).toContain(
      'Lead cannot be retrieved\nAll data is permanently removed\nID cannot be reused',
    );
    const id = await insertLead();
    const path = pathFor(document, id);
    await call('DELETE', path);
    expect((await call('GET', path)).status).toBe(404);
    const again = await api.call(org.apiKey, 'POST', '/api/v1/lead/', { body: { id, name: 'Acme' } });
    expect(again.body.id).not.toBe(id);
    expect((await call('GET', path)).status).toBe(404);
  });
});
