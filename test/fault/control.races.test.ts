import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
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
import { logStatusChanges, readStatusChanges } from '../support/status-log.ts';
import { whileLocked } from '../support/table-lock.ts';

const LEADS = 20;
const PAGE_SIZE = 5;
const PUTS = 50;
const CONTROLS = ['paused', 'resuming', 'cancelled'];
const ENDED = ['done', 'error', 'cancelled'];
const deleteAllLeads = { s_query: requestFor('lead', []).sQuery, match_all: true, send_done_email: false };

describeOnEachQueue('a PUT to another process than the one that works', (backend) => {
  let db: Db;
  let url: string;
  let org: TestOrganization;
  let gate: PageGate;
  let winnow: RunningWinnow;

  beforeAll(async () => {
    ({ db, url } = await createDatabase());
    await logStatusChanges(db);
    gate = await buildPageGate(url, 'lead', 'archive.lead');
    winnow = await startWinnowProcesses(backend, url, {
      apis: 2,
      workers: 2,
      env: { WINNOW_PAGE_SIZE: String(PAGE_SIZE), WINNOW_LANES: '2', WINNOW_RATE_LIMIT: '0' },
    });
  });
  beforeEach(async () => {
    org = await createOrganization(db);
  });
  afterEach(() => gate.open());
  /** Every change of status of every test, whoever made it, is one of the tables. */
  afterAll(async () => {
    await winnow.stop();
    await gate.end();
    const { n, illegal } = await readStatusChanges(db);
    expect(n).toBeGreaterThan(0);
    expect(illegal).toEqual([]);
  });

  const client = (api = 0) => winnow.client(org.apiKey, api);
  const start = () => client().startBulkDelete(deleteAllLeads);
  const pathOf = (id: string) =>
    `bulk_action/${id.startsWith('bulkundo_') ? 'undo' : 'delete'}/${id}/` as const;
  const ask = (id: string, status: string, api = 1) => client(api).put(pathOf(id), { status });
  const until = (id: string, ...statuses: readonly string[]) => waitForStatus(client(), pathOf(id), statuses);
  const pagesAtGate = (n: number) =>
    waitFor(async () => (await gate.countPages()) === n, { what: `${n} pages in hand`, timeoutMs: 60_000 });

  async function deleteAll(n: number): Promise<string> {
    await addLeads(db, org, n);
    const id = await start();
    await until(id, 'done');
    return id;
  }

  async function startUndo(id: string): Promise<string> {
    const { body } = await client().post(`${pathOf(id)}undo/`, { send_done_email: false });
    return String(body.id);
  }

  it.each(['paused', 'cancelled'])(
    'during resolve: %s at once, nothing frozen, nothing touched',
    async (wanted) => {
      await addLeads(db, org, LEADS);
      const id = await whileLocked(url, 'bulk_delete_page', async () => {
        const begun = await start();
        await waitFor(() => isResolvingHeld(db), { what: 'a worker to resolve the query' });
        expect(await ask(begun, wanted)).toMatchObject({ status: 200 });
        // The resolving has no answer yet: it is not waited for, although a PUT's own answer may come before.
        expect(await until(begun, wanted)).toMatchObject({
          status: wanted,
          asked_status: null,
          n_objects: null,
          n_objects_deleted: 0,
        });
        return begun;
      });
      expect((await accountOf(db, client(), id)).record).toMatchObject({ status: wanted, n_objects: null });
      expect(await liveLeads(db, org.organizationId)).toHaveLength(LEADS);
      if (wanted === 'cancelled') return;
      expect(await ask(id, 'resuming')).toMatchObject({ status: 200 });
      expect(await until(id, ...ENDED)).toMatchObject({ status: 'done', n_objects_deleted: LEADS });
    },
  );

  it('mid-page: paused when the pages in hand are finished, twice as well as once; resumed, it does the rest', async () => {
    await addLeads(db, org, LEADS);
    await gate.close();
    const id = await start();
    await pagesAtGate(2);
    const asked = { status: 200, body: { status: 'processing', asked_status: 'paused' } };
    expect(await ask(id, 'paused', 1)).toMatchObject(asked);
    expect(await ask(id, 'paused', 0)).toMatchObject(asked);
    await gate.open();
    const paused = await until(id, 'paused', ...ENDED);
    expect(paused).toMatchObject({ status: 'paused', n_objects_deleted: 2 * PAGE_SIZE });
    expect((await ask(id, 'paused')).body).toEqual(paused);
    const { ids } = await accountOf(db, client(1), id);
    expect([...ids.unprocessed].sort()).toEqual(await liveLeads(db, org.organizationId));

    expect(await ask(id, 'resuming')).toMatchObject({ status: 200 });
    expect(await until(id, ...ENDED)).toMatchObject({ status: 'done', n_objects_deleted: LEADS });
    await accountOf(db, client(), id);
  });

  it('mid-page: cancelled says exactly what was deleted and what was never touched, and it is final', async () => {
    await addLeads(db, org, LEADS);
    await gate.close();
    const id = await start();
    await pagesAtGate(2);
    expect((await ask(id, 'cancelled')).body).toMatchObject({
      status: 'processing',
      asked_status: 'cancelled',
    });
    expect(await ask(id, 'resuming', 0)).toMatchObject({
      status: 409,
      body: { status: 'processing', allowed: ['cancelled'] },
    });
    await gate.open();
    const cancelled = await until(id, ...ENDED);
    expect(cancelled).toMatchObject({
      status: 'cancelled',
      n_objects: LEADS,
      n_objects_deleted: 2 * PAGE_SIZE,
      n_objects_unprocessed: LEADS - 2 * PAGE_SIZE,
    });
    const { ids } = await accountOf(db, client(1), id);
    expect([...ids.unprocessed].sort()).toEqual(await liveLeads(db, org.organizationId));
    expect((await ask(id, 'cancelled')).body).toEqual(cancelled);
    for (const wanted of ['paused', 'resuming'])
      expect(await ask(id, wanted)).toMatchObject({
        status: 409,
        body: { status: 'cancelled', allowed: [] },
      });
  });

  it.each(['paused', 'cancelled'])(
    'while the last page is in hand: %s comes too late, it is done, and later it is refused',
    async (wanted) => {
      await addLeads(db, org, PAGE_SIZE);
      await gate.close();
      const id = await start();
      await pagesAtGate(1);
      expect((await ask(id, wanted)).body).toMatchObject({ status: 'processing', asked_status: wanted });
      await gate.open();
      const done = await until(id, ...ENDED);
      expect(done).toMatchObject({ status: 'done', asked_status: null, n_objects_deleted: PAGE_SIZE });
      for (const control of CONTROLS)
        expect(await ask(id, control)).toMatchObject({ status: 409, body: { status: 'done', allowed: [] } });
      expect((await client().get(pathOf(id))).body).toEqual(done);
    },
  );

  it('right after the POST: each is cancelled or done, with nothing in between', async () => {
    await addLeads(db, org, LEADS);
    const ids = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const id = await start();
        const { status, body } = await ask(id, 'cancelled');
        if (status === 409) expect(body).toMatchObject({ status: 'done', allowed: [] });
        // Its last page may be finished while the answer waits for the pages in hand.
        else expect(['cancelled', 'done']).toContain(body.asked_status ?? body.status);
        return id;
      }),
    );
    let deleted = 0;
    for (const id of ids) {
      await until(id, 'done', 'cancelled');
      deleted += (await accountOf(db, client(), id)).ids.deleted.length;
    }
    expect(await liveLeads(db, org.organizationId)).toHaveLength(LEADS - deleted);
  });

  it.each([
    [
      'a bulk delete',
      async () => {
        await addLeads(db, org, LEADS);
        return start();
      },
    ],
    ['an undo', async () => startUndo(await deleteAll(LEADS))],
  ])(
    'fifty at once to two processes, mixed, on %s: each is 200 or 409 by the table',
    async (_what, begin) => {
      const id = await begin();
      // Without cancelling first, so that there is something to change for longer.
      for (const controls of [CONTROLS.slice(0, 2), CONTROLS]) {
        const answers = await Promise.all(
          Array.from({ length: PUTS }, async (_, i) => {
            const wanted = controls[i % controls.length] ?? 'paused';
            return { wanted, ...(await ask(id, wanted, i % 2)) };
          }),
        );
        for (const { wanted, status, body } of answers) {
          expect([200, 409], JSON.stringify(body)).toContain(status);
          const isOver = ENDED.includes(String(body.status));
          if (status === 409) {
            expect(body.allowed).toEqual(isOver ? [] : ['cancelled']);
            expect(body.allowed).not.toContain(wanted);
          } else if (wanted === 'cancelled')
            expect(['cancelled', 'done']).toContain(body.asked_status ?? body.status);
        }
      }
      const ended = await until(id, ...ENDED);
      expect(['done', 'cancelled']).toContain(ended.status);
      const live = await liveLeads(db, org.organizationId);
      if (id.startsWith('bulkdelete_')) {
        const { ids } = await accountOf(db, client(), id);
        expect([...ids.unprocessed].sort()).toEqual(live);
      } else {
        expect(ended).toMatchObject({
          n_objects_restored: live.length,
          n_objects_unprocessed: LEADS - live.length,
        });
      }
    },
  );

  it('mid-page of an undo: paused when the page is finished; resumed, it gives back the rest', async () => {
    const undoId = await startUndoAtGate();
    for (const api of [0, 1])
      expect((await ask(undoId, 'paused', api)).body).toMatchObject({
        status: 'processing',
        asked_status: 'paused',
      });
    await gate.open();
    expect(await until(undoId, 'paused', ...ENDED)).toMatchObject({
      status: 'paused',
      n_objects_restored: PAGE_SIZE,
      n_objects_unprocessed: LEADS - PAGE_SIZE,
    });
    expect(await liveLeads(db, org.organizationId)).toHaveLength(PAGE_SIZE);
    expect(await ask(undoId, 'resuming')).toMatchObject({ status: 200 });
    expect(await until(undoId, ...ENDED)).toMatchObject({ status: 'done', n_objects_restored: LEADS });
    for (const control of CONTROLS)
      expect(await ask(undoId, control)).toMatchObject({
        status: 409,
        body: { status: 'done', allowed: [] },
      });
  });

  it('mid-page of an undo: cancelled leaves the rest in the archive, for another undo', async () => {
    const undoId = await startUndoAtGate();
    await ask(undoId, 'cancelled');
    expect(await ask(undoId, 'paused', 0)).toMatchObject({
      status: 409,
      body: { status: 'processing', allowed: ['cancelled'] },
    });
    await gate.open();
    const cancelled = await until(undoId, ...ENDED);
    expect(cancelled).toMatchObject({ status: 'cancelled', n_objects_restored: PAGE_SIZE });
    expect((await ask(undoId, 'cancelled')).body).toEqual(cancelled);
    const again = await startUndo(String(cancelled.bulk_delete_id));
    expect(await until(again, ...ENDED)).toMatchObject({
      status: 'done',
      n_objects: LEADS - PAGE_SIZE,
      n_objects_restored: LEADS - PAGE_SIZE,
    });
    expect(await liveLeads(db, org.organizationId)).toHaveLength(LEADS);
  });

  async function startUndoAtGate(): Promise<string> {
    const id = await deleteAll(LEADS);
    await gate.close();
    const undoId = await startUndo(id);
    await pagesAtGate(1);
    return undoId;
  }
});

async function isResolvingHeld(db: Db): Promise<boolean> {
  const { rows } = await sql`
    select from pg_stat_activity
    where datname = current_database() and application_name = 'winnow-worker' and wait_event_type = 'Lock'
      and query like '%insert into bulk_delete_page%'
  `.execute(db);
  return rows.length > 0;
}
