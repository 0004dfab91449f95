import { beforeAll, expect, it } from 'vitest';
import {
  ALL_LEADS,
  createApi,
  createDatabase,
  createOrganization,
  fieldErrors,
  textOf,
} from '../support/index.ts';

let get: (path: string) => ReturnType<Awaited<ReturnType<typeof createApi>>['call']>;
let id: string;

beforeAll(async () => {
  const { db } = await createDatabase();
  const api = await createApi(db);
  const { apiKey } = await createOrganization(db);
  get = (path) => api.call(apiKey, 'GET', `/api/v1/bulk_action/${path}`);
  id = textOf(await api.call(apiKey, 'POST', '/api/v1/bulk_action/delete/', { body: ALL_LEADS }), 'id');
});

it.each([
  ['delete/?status=done', 'status'],
  ['undo/?bulk_delet_id=x', 'bulk_delet_id'],
  ['delete/ID/results/?outcom=failed', 'outcom'],
  ['delete/ID/export/?include_childrn=true', 'include_childrn'],
])(
  'GET %s is refused: a list that passed over a misspelt filter would show what was not asked for.',
  async (path, name) => {
    expect(fieldErrors(await get(path.replace('ID', id)))).toHaveProperty(name);
  },
);

it.each(['delete/?_order_by=x', 'undo/?_limit=1', 'delete/ID/results/?_x=1'])(
  'GET %s is answered: what begins with _ filters nothing.',
  async (path) => {
    expect((await get(path.replace('ID', id))).status).toBe(200);
  },
);
