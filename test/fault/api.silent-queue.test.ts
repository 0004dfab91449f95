import type { Db } from '@winnow/db';
import { beforeEach, expect, it } from 'vitest';
import { addLeads } from '../support/deleted-leads.ts';
import {
  createDatabase,
  createOrganization,
  linesOf,
  requestFor,
  type TestOrganization,
} from '../support/index.ts';
import { startWinnowProcesses } from '../support/running-winnow.ts';
import { whileLocked } from '../support/table-lock.ts';

let db: Db;
let url: string;
let org: TestOrganization;
beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
});

it('an api process whose queue in Postgres is silent while it connects goes on, and rings when it answers', async () => {
  await addLeads(db, org, 1);
  const winnow = await startWinnowProcesses('postgres', url, { apis: 1, workers: 1 });
  const client = winnow.client(org.apiKey);
  const deleteAllLeads = { s_query: requestFor('lead', []).sQuery, match_all: true };
  // A connection begins with a look at this table. The doorbell gives up after a second, and cuts its connections.
  const first = await whileLocked(url, 'bullmq.migration', async () => {
    const id = await client.startBulkDelete(deleteAllLeads);
    expect((await client.get(`bulk_action/delete/${id}/`)).status).toBe(200);
    return id;
  });
  expect((await client.waitForEnd(first)).status).toBe('done');
  const second = await client.startBulkDelete(deleteAllLeads);
  expect((await client.waitForEnd(second)).status).toBe('done');
  const [api] = winnow.apis;
  if (!api) throw new Error('there is no api');
  expect(linesOf(api).filter(({ msg }) => msg === 'The queue is away')).toHaveLength(1);
  await winnow.stop();
});
