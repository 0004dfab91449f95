import { expect, it } from 'vitest';
import {
  ALL_LEADS,
  countRows,
  createOrganization,
  describeOnEachQueue,
  expectDeletedOnce,
  expectRestoredOnce,
  FAULT_PAGE_SIZE,
  failOver,
  GATE_PATIENCE,
  insertFaultLeads,
  openDatabase,
  queueFor,
  readFaultWorld,
  startCommitCutter,
  startFaultProcesses,
  startPostgres,
  waitFor,
} from '../support/index.ts';
import { buildLastingGate, openLastingGate, waitForPageAtLastingGate } from '../support/lasting-gate.ts';

describeOnEachQueue('when Postgres fails over to a copy that recovers from the crash', (backend) => {
  it('in the middle of a page, or right after a COMMIT whose answer was lost, a bulk delete and its undo end exact, with the same processes', async () => {
    const first = await startPostgres();
    const network = await startCommitCutter(first.port);
    let db = openDatabase(first.url);
    const org = await createOrganization(db);
    const leads = await insertFaultLeads(db, org);
    await buildLastingGate(db, { table: 'lead', passes: 1 });
    await buildLastingGate(db, { table: 'archive.lead', passes: 1 });
    const before = await readFaultWorld(db);
    const { env } = await queueFor(backend, network.urlFor(first.url));
    const { client, startUndo, waitForUndo } = await startFaultProcesses({ ...env, ...GATE_PATIENCE }, org);
    const id = await client.startBulkDelete(ALL_LEADS);
    await waitForPageAtLastingGate(db);
    await db.destroy();

    const second = await failOver(first);

    network.turnTo(second.port);
    db = openDatabase(second.url);
    expect(await countRows(db, 'lead')).toBe(leads - FAULT_PAGE_SIZE);
    await openLastingGate(db, 'lead');
    await expectDeletedOnce(db, leads, await client.waitForEnd(id));

    network.cut(['finished_page'], ['answer lost']);
    const undoId = await startUndo(id);
    await waitFor(() => network.left() === 0, { what: 'the COMMIT that is cut' });
    await waitFor(async () => (await countRows(db, 'lead')) > 0, { what: 'the page to be committed' });
    await db.destroy();

    const third = await failOver(second);

    network.turnTo(third.port);
    db = openDatabase(third.url);
    expect(await countRows(db, 'archive.lead')).toBe(leads - FAULT_PAGE_SIZE);
    await openLastingGate(db, 'archive.lead');
    await expectRestoredOnce(db, { leads, before }, await waitForUndo(undoId));
    await db.destroy();
  });
});
