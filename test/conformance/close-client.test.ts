import { isFinished } from '@winnow/bulk-delete';
import { BULK_DELETE_STATUSES, type Db } from '@winnow/db';
import { beforeAll, expect, it } from 'vitest';
import { RedirectedClose } from '../support/close-client.ts';
import {
  countRows,
  createDatabase,
  createOrganization,
  describeOnEachQueue,
  queueFor,
  spawnApi,
  spawnWorker,
  waitFor,
} from '../support/index.ts';
import { query, text, where } from '../support/query-json.ts';

type Json = Readonly<Record<string, unknown>>;

/** The client’s promises are not of the language: they have `then` and nothing that a matcher could ask for. */
const asked = async (answer: PromiseLike<Json>): Promise<Json> => answer;

describeOnEachQueue('Close’s own client for Node', (backend) => {
  let db: Db;
  let baseUrl: string;
  let close: RedirectedClose;

  beforeAll(async () => {
    const database = await createDatabase();
    ({ db } = database);
    const { env } = await queueFor(backend, database.url);
    const org = await createOrganization(db);
    const [api] = await Promise.all([spawnApi(env), spawnWorker(env)]);
    baseUrl = api.url;
    close = new RedirectedClose(baseUrl, org.apiKey);
  });

  const s_query = (name: string) => query('lead', where('lead.name', text('full_words', name)));
  const createLead = async (name: string) => String((await close.lead.create({ name })).id);

  const poll = (id: unknown): Promise<Json> =>
    waitFor(
      async () => {
        const answer = await close._get(`/bulk_action/delete/${String(id)}/`);
        const status = BULK_DELETE_STATUSES.find((known) => known === answer.status);
        return status !== undefined && isFinished(status) && answer;
      },
      { what: 'the bulk delete to end' },
    );

  it('starts a bulk delete, polls it until it is done, and finds it in the list', async () => {
    const gone = [await createLead('ACME Inc. of Gotham'), await createLead('Acme, Inc')];
    const stays = await createLead('Wayne Enterprises');
    const created = await close._post('/bulk_action/delete/', {
      s_query: s_query('ACME Inc.'),
      send_done_email: false,
    });
    expect(created).toMatchObject({
      id: expect.stringMatching(/^bulkdelete_\w{22}$/),
      bulk_object_type: 'lead',
      status: 'created',
      n_leads: null,
      n_leads_processed: 0,
      send_done_email: false,
    });
    const done = await poll(created.id);
    expect(done).toMatchObject({
      id: created.id,
      status: 'done',
      n_leads: 2,
      n_leads_processed: 2,
      n_objects: 2,
      n_objects_processed: 2,
    });
    for (const id of gone) {
      await expect(asked(close.lead.read(id))).rejects.toEqual({ error: 'There is no lead with this id.' });
    }
    expect(await close.lead.read(stays)).toMatchObject({ name: 'Wayne Enterprises' });

    const next = await close._post('/bulk_action/delete/', {
      s_query: s_query('nobody'),
      send_done_email: false,
    });
    await poll(next.id);
    expect(await close._get('/bulk_action/delete/', { _limit: 1, _fields: 'id,status' })).toEqual({
      data: [{ id: next.id, status: 'done' }],
      has_more: true,
    });
    expect(await close._get('/bulk_action/delete/', { _limit: 1, _skip: 1, _fields: 'id' })).toEqual({
      data: [{ id: created.id }],
      has_more: false,
    });
  });

  it('gets the sentence for each wrong field when a bulk delete is refused, and nothing is deleted', async () => {
    await createLead('Lucius Fox');
    const before = await countRows(db, 'lead');
    await expect(
      asked(close._post('/bulk_action/delete/', { send_done_email: false })),
    ).rejects.toMatchObject({
      'field-errors': { s_query: expect.stringContaining('needs a query') },
    });
    const badMode = query('lead', where('lead.name', text('fuzzy', 'Lucius')));
    await expect(asked(close._post('/bulk_action/delete/', { s_query: badMode }))).rejects.toMatchObject({
      'field-errors': { 's_query.queries[1].condition.mode': expect.any(String) },
    });
    expect(await countRows(db, 'lead')).toBe(before);
  });

  it('creates, reads, changes, searches and deletes a lead', async () => {
    const lead = await close.lead.create({
      name: 'Ace Chemicals',
      contacts: [{ name: 'Jack', emails: [{ email: 'j@ace.test' }] }],
    });
    const id = String(lead.id);
    expect(lead).toMatchObject({ name: 'Ace Chemicals', contacts: [{ emails: [{ email: 'j@ace.test' }] }] });
    expect(await close.lead.update(id, { name: 'Ace Chemical Works' })).toMatchObject({
      id,
      name: 'Ace Chemical Works',
    });
    expect(
      await close.lead.search({ query: 'name:"Ace Chemical Works"', limit: 1, fields: 'id,name' }),
    ).toEqual({ data: [{ id, name: 'Ace Chemical Works' }], has_more: false, total_results: 1 });
    expect(await close.lead.read(id)).toMatchObject({ id, display_name: 'Ace Chemical Works' });
    expect(await close.lead.delete(id)).toEqual({});
    await expect(asked(close.lead.read(id))).rejects.toEqual({ error: 'There is no lead with this id.' });
    expect(await close.lead.search({ query: 'name:"Ace Chemical Works"' })).toMatchObject({
      data: [],
      total_results: 0,
    });
  });

  it('lists what was deleted as events, page by page, and reads one of them', async () => {
    const ids = [await createLead('Event one'), await createLead('Event two')];
    for (const id of ids) await close.lead.delete(id);
    const filter = { object_type: 'lead', action: 'deleted', _limit: 1, _fields: 'id,lead_id,previous_data' };
    const first = await close.event.search({ ...filter, _cursor: '' });
    const second = await close.event.search({ ...filter, _cursor: first.cursor_next });
    expect([first, second].map(({ data }) => data)).toEqual(
      ids.toReversed().map((id) => [
        {
          id: expect.stringMatching(/^ev_\w{22}$/),
          lead_id: id,
          previous_data: expect.objectContaining({ id, name: expect.stringMatching(/^Event (one|two)$/) }),
        },
      ]),
    );
    const eventId = /"id":"(ev_\w+)"/.exec(JSON.stringify(first.data))?.[1] ?? '';
    expect(await close.event.read(eventId)).toMatchObject({
      id: eventId,
      object_type: 'lead',
      action: 'deleted',
      object_id: ids[1],
      data: null,
    });
  });

  it('is told with JSON that its key opens nothing', async () => {
    const stranger = new RedirectedClose(baseUrl, 'api_nobody.nothing');
    await expect(asked(stranger._get('/bulk_action/delete/'))).rejects.toEqual({
      error: 'This API key is not valid.',
    });
  });
});
