import type { Db } from '@winnow/db';
import { beforeEach, expect, it } from 'vitest';
import { accountOf, liveLeads } from '../support/account.ts';
import { addLeads } from '../support/deleted-leads.ts';
import {
  buildPageGate,
  createDatabase,
  createOrganization,
  describeOnEachQueue,
  requestFor,
  spawnWorker,
  type TestOrganization,
  waitFor,
} from '../support/index.ts';
import { buildLastingGate, openLastingGate, waitForPageAtLastingGate } from '../support/lasting-gate.ts';
import { startWinnowProcesses } from '../support/running-winnow.ts';

const LEADS = 200;
const PAGE_SIZE = 5;
/** Pages that are done before the third worker is killed: some of each of those who came after. */
const PAGES_BEFORE = 8;
const deleteAllLeads = { s_query: requestFor('lead', []).sQuery, match_all: true, send_done_email: false };

let db: Db;
let url: string;
let org: TestOrganization;
beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
});

describeOnEachQueue('a bulk delete with a page in each of two workers', (backend) => {
  it('of which one is told to stop and one is killed, and later one more, ends exact by those that come after', async () => {
    await addLeads(db, org, LEADS);
    const gate = await buildPageGate(url, 'lead');
    await buildLastingGate(db, { table: 'lead', passes: PAGES_BEFORE });
    const winnow = await startWinnowProcesses(backend, url, {
      apis: 1,
      workers: 2,
      env: { WINNOW_PAGE_SIZE: String(PAGE_SIZE), WINNOW_LANES: '2', WINNOW_WORKER_CONCURRENCY: '1' },
    });
    const [told, killed] = winnow.workers;
    if (!told || !killed) throw new Error('there are no two workers');
    const client = winnow.client(org.apiKey);
    await gate.close();
    const id = await client.startBulkDelete(deleteAllLeads);
    await waitFor(async () => (await gate.countPages()) === 2, { what: 'two pages', timeoutMs: 60_000 });

    told.kill('SIGTERM');
    await waitFor(() => told.output().includes('SIGTERM'), { what: 'the worker to take note' });
    killed.kill('SIGKILL');
    await killed.exited;
    const [third, fourth] = await Promise.all([spawnWorker(winnow.env), spawnWorker(winnow.env)]);
    await gate.open();
    expect(await told.exited).toEqual({ code: 0, signal: null });

    // A lane is one page of one worker here: these are one of each of the two that are left.
    await waitForPageAtLastingGate(db, 2);
    const done = LEADS - (await liveLeads(db, org.organizationId)).length;
    expect(done).toBeGreaterThanOrEqual(PAGES_BEFORE * PAGE_SIZE);
    expect(done).toBeLessThan(LEADS);
    third.kill('SIGKILL');
    await third.exited;
    await openLastingGate(db, 'lead');
    expect(await client.waitForEnd(id)).toMatchObject({
      status: 'done',
      n_objects_deleted: LEADS,
      n_objects_not_found: 0,
      n_objects_failed: 0,
    });
    await accountOf(db, client, id);
    expect(await liveLeads(db, org.organizationId)).toEqual([]);
    fourth.kill('SIGKILL');
    await fourth.exited;
    await winnow.stop();
    await gate.end();
  });
});
