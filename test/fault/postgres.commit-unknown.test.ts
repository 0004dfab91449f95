import { newId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { beforeEach, expect, it } from 'vitest';
import {
  ALL_LEADS,
  type CommitCutter,
  type CutCommit,
  countRows,
  createDatabase,
  createOrganization,
  describeOnEachQueue,
  expectDeletedOnce,
  expectRestoredOnce,
  FAULT_PAGE_SIZE,
  type FaultProcesses,
  insertFaultLeads,
  queueFor,
  readFaultWorld,
  startCommitCutter,
  startFaultProcesses,
  type TestOrganization,
  waitFor,
} from '../support/index.ts';

/** Each page is cut once in each way, so that it is done by its third try at the latest. */
const EACH_WAY: readonly CutCommit[] = ['request lost', 'answer lost'];
/** Stand in the statement that finishes a page, that makes pages, that makes a bulk delete, that makes an undo. */
const FINISHED_PAGE = 'finished_page';
const MADE_PAGES = 'insert into bulk_delete_page';
const MADE_BULK_DELETE = 'insert into "bulk_delete" ';
const MADE_UNDO = 'insert into "bulk_undo" ';

let db: Db;
let url: string;
let org: TestOrganization;
let leads: number;
let network: CommitCutter;

beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
  leads = await insertFaultLeads(db, org);
  network = await startCommitCutter(Number(new URL(url).port));
});

/** Cuts so many COMMITs of transactions with one of these statements, each of them in both ways. */
function cutAll(texts: readonly string[], times: number): void {
  network.cut(texts, Array.from({ length: times }, () => EACH_WAY).flat());
}

/** Sends a request with a key again until it is answered, as a client does. @returns the id of what was made. */
async function repeat({ client }: FaultProcesses, path: string, body: object) {
  const statuses: number[] = [];
  const answer = await waitFor(
    async () => {
      const { status, body: made } = await client.post(path, body);
      statuses.push(status);
      return status === 200 && made;
    },
    { what: `an answer to POST ${path}` },
  );
  return { id: String(answer.id), statuses };
}

describeOnEachQueue('when the connection is lost in the middle of a COMMIT', (backend) => {
  async function start(): Promise<FaultProcesses> {
    const { env } = await queueFor(backend, network.urlFor(url));
    return startFaultProcesses(env, org);
  }

  it('of a page, a bulk delete ends exact, whatever became of the COMMIT: no page is done twice, every event is there once; and so does its undo', async () => {
    const before = await readFaultWorld(db);
    const { client, startUndo, waitForUndo } = await start();
    cutAll([FINISHED_PAGE], leads / FAULT_PAGE_SIZE);
    const id = await client.startBulkDelete(ALL_LEADS);
    await expectDeletedOnce(db, leads, await client.waitForEnd(id));
    expect(network.left()).toBe(0);

    cutAll([FINISHED_PAGE], leads / FAULT_PAGE_SIZE);
    const undone = await waitForUndo(await startUndo(id));
    await expectRestoredOnce(db, { leads, before }, undone);
    expect(network.left()).toBe(0);
  });

  it('of the POST or of resolving the query, there is one bulk delete after the same POST was sent again, and it ends exact; and so with an undo', async () => {
    const before = await readFaultWorld(db);
    const processes = await start();
    cutAll([MADE_BULK_DELETE, MADE_PAGES], 2);
    const made = await repeat(processes, 'bulk_action/delete/', { ...ALL_LEADS, idempotency_key: newId() });
    expect(made.statuses.slice(0, 2)).toEqual([503, 503]);
    await expectDeletedOnce(db, leads, await processes.client.waitForEnd(made.id));
    expect(network.left()).toBe(0);
    expect(await countRows(db, 'bulk_delete')).toBe(1);

    cutAll([MADE_UNDO], 1);
    const undo = await repeat(processes, `bulk_action/delete/${made.id}/undo/`, {
      send_done_email: false,
      idempotency_key: newId(),
    });
    expect(undo.statuses.slice(0, 2)).toEqual([503, 503]);
    await expectRestoredOnce(db, { leads, before }, await processes.waitForUndo(undo.id));
    expect(network.left()).toBe(0);
    expect(await countRows(db, 'bulk_undo')).toBe(1);
  });
});
