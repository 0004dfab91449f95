import { encodeId } from '@winnow/catalog';
import { createUser, type Db } from '@winnow/db';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createApi,
  createDatabase,
  createOrganization,
  itemsOf,
  LIBRARY_CATALOG,
  type TestApi,
  type TestOrganization,
  textOf,
} from '../support/index.ts';

let db: Db;
let api: TestApi;
let org: TestOrganization;
let organizationId: string;
let colleagueId: string;

beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
  org = await createOrganization(db, { name: 'Wayne Enterprises' });
  organizationId = encodeId('orga', org.organizationId);
  const colleague = await createUser(db, {
    organizationId: org.organizationId,
    email: 'lucius@wayne.test',
    firstName: 'Lucius',
    lastName: 'Fox',
  });
  colleagueId = encodeId('user', colleague.id);
});

const get = (path: string) => api.call(org.apiKey, 'GET', `/api/v1/${path}`);
const post = (path: string, body: object) => api.call(org.apiKey, 'POST', `/api/v1/${path}`, { body });

describe('GET /organization/{id}/', () => {
  it('has the members with their names, those of other organizations not among them', async () => {
    await createOrganization(db);
    const { status, body } = await get(`organization/${organizationId}/`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: organizationId, name: 'Wayne Enterprises', inactive_memberships: [] });
    expect(body.memberships).toEqual([
      expect.objectContaining({ user_id: encodeId('user', org.userId), user_email: org.userEmail }),
      {
        id: colleagueId.replace('user_', 'memb_'),
        organization_id: organizationId,
        user_id: colleagueId,
        role_id: 'admin',
        permissions_granted: [],
        auto_record_calls: 'unset',
        track_email_opens: false,
        user_email: 'lucius@wayne.test',
        user_first_name: 'Lucius',
        user_last_name: 'Fox',
        user_full_name: 'Lucius Fox',
        user_phone: null,
      },
    ]);
  });

  it('shows the user as an object with _expand=memberships__user, in place of the fields user_…', async () => {
    const expand = '_expand=memberships__user,inactive_memberships__user';
    const { body } = await get(`organization/${organizationId}/?_fields=memberships&${expand}`);
    expect(body).toEqual({ memberships: [expect.anything(), expect.anything()] });
    const [, member] = itemsOf({ ...(await get(`user/${colleagueId}/`)), body: { data: body.memberships } });
    expect(member).toMatchObject({ user_id: colleagueId, user: (await get(`user/${colleagueId}/`)).body });
    expect(member).not.toHaveProperty('user_full_name');
  });

  it('has lead statuses, opportunity statuses, and pipelines with their own statuses, oldest first', async () => {
    const [potential, customer] = [
      textOf(await post('status/lead/', { label: 'Potential' }), 'id'),
      textOf(await post('status/lead/', { label: 'Customer' }), 'id'),
    ];
    const sales = textOf(await post('pipeline/', { name: 'Sales' }), 'id');
    const services = textOf(await post('pipeline/', { name: 'Services' }), 'id');
    const status = async (label: string, type: string, pipeline_id: string) =>
      textOf(await post('status/opportunity/', { label, type, pipeline_id }), 'id');
    const active = { id: await status('Active', 'active', sales), label: 'Active', type: 'active' };
    const booked = { id: await status('Booked', 'won', services), label: 'Booked', type: 'won' };
    const lost = { id: await status('Lost', 'lost', sales), label: 'Lost', type: 'lost' };
    const { body } = await get(`organization/${organizationId}/`);
    expect(body).toMatchObject({
      lead_statuses: [
        { id: potential, label: 'Potential' },
        { id: customer, label: 'Customer' },
      ],
      opportunity_statuses: [active, booked, lost],
      pipelines: [
        { id: sales, name: 'Sales', organization_id: organizationId, statuses: [active, lost] },
        { id: services, name: 'Services', statuses: [booked] },
      ],
    });
    expect((await get('me/')).body.organizations).toEqual([
      expect.objectContaining({ lead_statuses: body.lead_statuses, pipelines: body.pipelines }),
    ]);
  });

  it('has only what _fields names, and the lists of custom fields only then', async () => {
    const field = (await post('custom_field/lead/', { name: 'Source', type: 'text' })).body;
    const fields = 'name,lead_custom_fields,contact_custom_fields,nonsense';
    expect((await get(`organization/${organizationId}/?_fields=${fields}`)).body).toEqual({
      name: 'Wayne Enterprises',
      lead_custom_fields: [field],
      contact_custom_fields: [],
    });
    expect((await get(`organization/${organizationId}/`)).body).not.toHaveProperty('lead_custom_fields');
  });

  it('takes the plain UUID, and answers every other id alike', async () => {
    expect((await get(`organization/${org.organizationId}/?_fields=id`)).body).toEqual({
      id: organizationId,
    });
    const other = await createOrganization(db);
    const missing = 'orga_0351xg1euRxkKaxaiJxEHV';
    for (const id of [encodeId('orga', other.organizationId), other.organizationId, missing, 'nonsense']) {
      const { status, body } = await get(`organization/${id}/`);
      expect({ status, body }).toEqual({
        status: 404,
        body: { error: 'There is no organization with this id.' },
      });
    }
  });

  it('has no statuses and no custom fields with a catalog that has none', async () => {
    const library = await createApi(db, { catalog: LIBRARY_CATALOG });
    const { status, body } = await library.call(
      org.apiKey,
      'GET',
      `/api/v1/organization/${organizationId}/?_fields=lead_statuses,opportunity_statuses,pipelines,lead_custom_fields`,
    );
    expect({ status, body }).toEqual({
      status: 200,
      body: {},
    });
  });
});

describe('GET /me/', () => {
  it('is the user of the key, with the organization and the role that Close’s scripts ask for', async () => {
    const { body } = await get('me/');
    expect(body).toMatchObject({
      id: encodeId('user', org.userId),
      organizations: [{ id: organizationId, name: 'Wayne Enterprises' }],
      memberships: [{ organization_id: organizationId, user_id: body.id, role_id: 'admin' }],
    });
    expect((await get('me/?_fields=id,memberships')).body).toEqual({
      id: body.id,
      memberships: body.memberships,
    });
  });
});

describe('GET /user/', () => {
  it('lists the users of the organization, page by page, and one of them by its id', async () => {
    const first = await get('user/?_limit=1');
    expect(first.body).toMatchObject({ data: [{ id: encodeId('user', org.userId) }], has_more: true });
    const second = await get('user/?_limit=1&_skip=1');
    expect(second.body).toEqual({
      data: [
        {
          id: colleagueId,
          email: 'lucius@wayne.test',
          first_name: 'Lucius',
          last_name: 'Fox',
          display_name: 'Lucius Fox',
          image: null,
          organizations: [organizationId],
          date_created: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+\+00:00$/),
          date_updated: null,
        },
      ],
      has_more: false,
    });
    expect((await get(`user/${colleagueId}/`)).body).toEqual(itemsOf(second)[0]);
    expect((await get(`user/${colleagueId}/?_fields=email`)).body).toEqual({ email: 'lucius@wayne.test' });
  });

  it('answers another organization’s user like one that never was', async () => {
    const other = await createOrganization(db);
    for (const id of [encodeId('user', other.userId), 'user_0351xg1euRxkKaxaiJxEHV', 'nonsense']) {
      expect(await get(`user/${id}/`)).toMatchObject({
        status: 404,
        body: { error: 'There is no user with this id.' },
      });
    }
  });

  it('calls a user without a name by the e-mail address', async () => {
    const lone = await createOrganization(db);
    const nameless = await createUser(db, {
      organizationId: lone.organizationId,
      email: 'nameless@wayne.test',
      firstName: '',
      lastName: '',
    });
    const id = encodeId('user', nameless.id);
    const { body } = await api.call(lone.apiKey, 'GET', `/api/v1/user/${id}/`);
    expect(body).toMatchObject({ display_name: 'nameless@wayne.test' });
  });
});

it.each([`organization/orga_0351xg1euRxkKaxaiJxEHV/`, 'me/', 'user/', 'activity/task_completed/'])(
  'GET /%s needs the scope read',
  async (path) => {
    const writer = await createOrganization(db, { scopes: ['write'] });
    expect((await api.call(writer.apiKey, 'GET', `/api/v1/${path}`)).status).toBe(403);
  },
);

it('GET /activity/task_completed/ is empty, whatever lead it is asked for', async () => {
  const { status, body } = await get(
    'activity/task_completed/?_skip=0&lead_id=lead_0351xg1euRxkKaxaiJxEHV&_fields=id',
  );
  expect({ status, body }).toEqual({ status: 200, body: { data: [], has_more: false } });
  expect((await get('activity/task_completed/?_limit=1000')).status).toBe(400);
});
