import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import {
  ALL_LEADS,
  countRows,
  createOrganization,
  describeOnEachQueue,
  expectDeletedOnce,
  expectRestoredOnce,
  failOver,
  insertFaultLeads,
  openDatabase,
  queueFor,
  readFaultWorld,
  slowDown,
  startCommitCutter,
  startFaultProcesses,
  startPostgres,
  waitFor,
} from '../support/index.ts';

/** Waits until a worker has changed rows in a transaction that is still open. */
async function waitForOpenPage(db: Db): Promise<void> {
  await waitFor(
    async () => {
      const { rows } = await sql`
        select from pg_stat_activity where application_name = 'winnow-worker' and wait_event = 'PgSleep'
      `.execute(db);
      return rows.length > 0;
    },
    { what: 'a page in hand' },
  );
}

describeOnEachQueue('when Postgres fails over to a copy that recovers from the crash', (backend) => {
  it('in the middle of a page, or right after a COMMIT whose answer was lost, a bulk delete and its undo end exact, with the same processes', async () => {
    const first = await startPostgres();
    const network = await startCommitCutter(first.port);
    let db = openDatabase(first.url);
    const org = await createOrganization(db);
    const leads = await insertFaultLeads(db, org);
    await slowDown(db, 'lead');
    await slowDown(db, 'archive.lead');
    const before = await readFaultWorld(db);
    const { env } = await queueFor(backend, network.urlFor(first.url));
    const { client, startUndo, waitForUndo } = await startFaultProcesses(env, org);
    const id = await client.startBulkDelete(ALL_LEADS);
    await waitFor(async () => (await countRows(db, 'archive.lead')) > 0, { what: 'the first page' });
    await waitForOpenPage(db);
    await db.destroy();

    const second = await failOver(first);

    network.turnTo(second.port);
    db = openDatabase(second.url);
    expect(await countRows(db, 'lead')).toBeGreaterThan(0);
    await expectDeletedOnce(db, leads, await client.waitForEnd(id));

    network.cut(['finished_page'], ['answer lost']);
    const undoId = await startUndo(id);
    await waitFor(() => network.left() === 0, { what: 'the COMMIT that is cut' });
    await waitFor(async () => (await countRows(db, 'lead')) > 0, { what: 'the page to be committed' });
    await db.destroy();

    const third = await failOver(second);

    network.turnTo(third.port);
    db = openDatabase(third.url);
    expect(await countRows(db, 'archive.lead')).toBeGreaterThan(0);
    await expectRestoredOnce(db, { leads, before }, await waitForUndo(undoId));
    await db.destroy();
  });
});
