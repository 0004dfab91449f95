import { decodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { accountOf, liveLeads } from '../support/account.ts';
import { addLeads } from '../support/deleted-leads.ts';
import {
  buildPageGate,
  createDatabase,
  createOrganization,
  describeOnEachQueue,
  type PageGate,
  requestFor,
  type TestOrganization,
  waitFor,
} from '../support/index.ts';
import { type RunningWinnow, startWinnowProcesses, waitForStatus } from '../support/running-winnow.ts';

const LEADS = 120;
const PAGE_SIZE = 10;
const deleteAllLeads = { s_query: requestFor('lead', []).sQuery, match_all: true, send_done_email: false };

describeOnEachQueue('overlapping bulk deletes, worked on by two processes', (backend) => {
  let db: Db;
  let org: TestOrganization;
  let gate: PageGate;
  let winnow: RunningWinnow;

  beforeAll(async () => {
    const database = await createDatabase();
    db = database.db;
    gate = await buildPageGate(database.url, 'lead', 'archive.lead');
    winnow = await startWinnowProcesses(backend, database.url, {
      apis: 1,
      workers: 2,
      env: { WINNOW_PAGE_SIZE: String(PAGE_SIZE), WINNOW_WORKER_CONCURRENCY: '10', WINNOW_SLICE_MS: '50' },
    });
  });
  beforeEach(async () => {
    org = await createOrganization(db);
  });
  afterAll(async () => {
    await winnow.stop();
    await gate.end();
  });

  const client = () => winnow.client(org.apiKey);

  /** Starts one and waits until its set is frozen. While the gate is closed it deletes nothing. */
  async function startFrozen(): Promise<string> {
    const id = await client().startBulkDelete(deleteAllLeads);
    await waitFor(async () => (await client().get(`bulk_action/delete/${id}/`)).body.n_objects === LEADS, {
      what: `${id} to be frozen`,
      timeoutMs: 60_000,
    });
    return id;
  }

  it.each([2, 10])('%i of them count each record as deleted once in total', async (n) => {
    const leads = (await addLeads(db, org, LEADS)).map((id) => decodeId('lead', id) ?? '').sort();
    await gate.close();
    const ids = await Promise.all(Array.from({ length: n }, startFrozen));
    await gate.open();
    const accounts = await Promise.all(
      ids.map(async (id) => {
        expect(await client().waitForEnd(id)).toMatchObject({ status: 'done', n_objects_failed: 0 });
        return accountOf(db, client(), id);
      }),
    );
    expect(accounts.flatMap(({ ids: { deleted } }) => deleted).sort()).toEqual(leads);
    expect(accounts.flatMap(({ ids: { not_found: notFound } }) => notFound)).toHaveLength((n - 1) * LEADS);
    expect(await liveLeads(db, org.organizationId)).toEqual([]);
  });

  it('one of them undone while the other runs: every record is there or in one archive, and the accounts say which', async () => {
    const leads = (await addLeads(db, org, LEADS)).map((id) => decodeId('lead', id) ?? '').sort();
    await gate.close();
    const first = await startFrozen();
    await waitFor(async () => (await gate.countPages()) > 0, { what: 'a page of the first' });
    const second = await startFrozen();
    // It ends with the pages that it has in hand.
    await client().put(`bulk_action/delete/${first}/`, { status: 'cancelled' });
    await gate.open();
    await client().waitForEnd(first);
    const before = await accountOf(db, client(), first);
    const undo = await client().post(`bulk_action/delete/${first}/undo/`, { send_done_email: false });
    const path = `bulk_action/undo/${undo.body.id}/`;
    const undone = await waitForStatus(client(), path, ['done', 'error', 'cancelled']);
    expect(await client().waitForEnd(second)).toMatchObject({ status: 'done', n_objects_failed: 0 });

    const taken = before.ids.deleted;
    expect(taken.length).toBeGreaterThan(0);
    expect(undone).toMatchObject({ status: 'done', n_objects_restored: taken.length, n_objects_failed: 0 });
    const { deleted, not_found: notFound } = (await accountOf(db, client(), second)).ids;
    // What the undo gave back before the second's page came is deleted by it; what came later it has not found.
    const live = await liveLeads(db, org.organizationId);
    expect([...notFound].sort()).toEqual(live);
    expect([...deleted, ...live].sort()).toEqual(leads);
    expect(taken).toEqual(expect.arrayContaining([...live]));
  });
});
