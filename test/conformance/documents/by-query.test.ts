import type { Db } from '@winnow/db';
import { beforeAll, describe, expect, it } from 'vitest';
import { between, documentOrSkip, readCurl } from '../../support/documents.ts';
import {
  createApi,
  createDatabase,
  createOrganization,
  insertRow,
  type TestApi,
  type TestOrganization,
} from '../../support/index.ts';

const NUMBER = '002';
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/;

let db: Db;
let api: TestApi;
let org: TestOrganization;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
  org = await createOrganization(db);
});

/** The prompt of a shell stands before each line of the request, a line number before each line of the answer. */
function examplesOf(document: string) {
  const request = `curl${between(document, '$curl', '\n1{')}`.replaceAll(/^> ?/gm, '');
  const answer = between(document, '\n1{', '\n49}').replaceAll(/^\d+ /gm, '');
  return { request: readCurl(request), answer: JSON.parse(`{${answer}}`) as Record<string, unknown> };
}

describe('Document 002, a bulk delete by a query:', () => {
  it('the request of the example is answered as in the example, with our own ids and dates.', async (context) => {
    const { request, answer: example } = examplesOf(await documentOrSkip(context, NUMBER));
    expect(request.method).toBe('POST');
    const basic = { authorization: `Basic ${Buffer.from(`${org.apiKey}:`).toString('base64')}` };

    const answer = await api.call(null, 'POST', request.url.pathname, {
      payload: request.body ?? '',
      headers: { ...basic, 'content-type': request.headers['content-type'] ?? '' },
    });

    expect(answer.status).toBe(200);
    const id = (prefix: string) => expect.stringMatching(new RegExp(`^${prefix}_[0-9A-Za-z]{22}$`));
    expect(answer.body).toMatchObject({
      ...example,
      id: id('bulkdelete'),
      organization_id: id('orga'),
      created_by: id('user'),
      updated_by: id('user'),
      date_created: expect.stringMatching(STAMP),
      date_updated: expect.stringMatching(STAMP),
      // The example has a text query beside a tree that means something else; the request has none.
      query: null,
    });
  });

  it('it is shown by the two other endpoints that it lists, and by a Bearer token.', async (context) => {
    const document = await documentOrSkip(context, NUMBER);
    for (const line of [
      'GETList bulk deletes',
      'GETFetch a single bulk delete object',
      'AuthorizationBearer',
    ]) {
      expect(document).toContain(line);
    }
    const { request } = examplesOf(document);
    const path = request.url.pathname;
    const made = await api.call(org.apiKey, 'POST', path, { payload: request.body ?? '' });
    const shown = await api.call(org.apiKey, 'GET', `${path}${String(made.body.id)}/`);
    expect(shown.body).toEqual(made.body);
    const list = await api.call(org.apiKey, 'GET', path);
    expect(list.body.data).toContainEqual(made.body);
  });

  it('its errors have their statuses.', async (context) => {
    const document = await documentOrSkip(context, NUMBER);
    expect(document).toContain(
      'Errors\n\n400\nBad Request Error\n401\nUnauthorized Error\n404\nNot Found Error',
    );
    const path = examplesOf(document).request.url.pathname;
    expect((await api.call(org.apiKey, 'POST', path, { body: { s_query: {} } })).status).toBe(400);
    expect((await api.call('wrong', 'POST', path, { body: {} })).status).toBe(401);
    const lead = await insertRow(db, 'lead', { organization_id: org.organizationId });
    expect((await api.call(org.apiKey, 'GET', `${path}${lead}/`)).status).toBe(404);
  });
});
