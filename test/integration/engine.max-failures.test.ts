import { createBulkDelete, type MaxFailures, runSlice } from '@winnow/bulk-delete';
import { type BulkDeleteRow, type Db, findBulkDeleteForWork } from '@winnow/db';
import { createLogger } from '@winnow/logger';
import { sql } from 'kysely';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  actorOf,
  buildPageGate,
  buildRefusingTrigger,
  countRows,
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  fieldErrors,
  insertRow,
  requestFor,
  sortBy,
  type TestOrganization,
  workToEnd,
} from '../support/index.ts';

let db: Db;
let url: string;
let org: TestOrganization;

beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
});

/** Leads in the order of their names, of which some cannot be deleted, with a bulk delete of all of them. */
async function prepare(
  { n, refused }: { readonly n: number; readonly refused: readonly number[] },
  maxFailures: MaxFailures | null,
  lanes = 1,
) {
  const ids: string[] = [];
  for (let i = 0; i < n; i += 1) {
    const name = `Lead ${String(i).padStart(3, '0')}`;
    ids.push(await insertRow(db, 'lead', { organization_id: org.organizationId, name }));
  }
  const trigger = await buildRefusingTrigger(db, 'lead');
  await trigger.refuse(refused.map((index) => ids[index] ?? ''));
  const deps = createEngine(db, { pageSize: 1, lanes, sliceMs: 60_000 });
  const sort = [sortBy('lead', 'name', 'asc')];
  const { id } = await createBulkDelete(deps, actorOf(org), requestFor('lead', [], { sort, maxFailures }));
  return { deps, id };
}

const outcomeOf = (row: BulkDeleteRow) => [
  row.status,
  row.n_objects_deleted,
  row.n_objects_failed,
  row.n_objects_unprocessed,
];

describe('A number of failures', () => {
  it.each([
    // What fails: 1, 3, 5, 7, 9.
    [null, ['done', 5, 5, 0]],
    [0, ['error', 1, 1, 8]],
    [1, ['error', 2, 2, 6]],
    [4, ['error', 5, 5, 0]],
    [5, ['done', 5, 5, 0]],
  ])('of at most %j ends with what was counted by then.', async (most, expected) => {
    const bound = most === null ? null : ({ kind: 'number', most } as const);
    const { deps, id } = await prepare({ n: 10, refused: [1, 3, 5, 7, 9] }, bound);
    const row = await workToEnd(deps, id);
    expect(outcomeOf(row)).toEqual(expected);
    expect(await countRows(db, 'lead')).toBe(10 - row.n_objects_deleted);
    if (row.status === 'error') {
      const nFailed = row.n_objects_failed;
      expect(row.error_message).toBe(
        `${nFailed} ${nFailed === 1 ? 'lead' : 'leads'} could not be deleted, and max_failures is ${most}. ` +
          'What had not been processed was never touched.',
      );
    }
    const { rows } = await sql<{ action: string }>`
      select action from event where object_id = ${id} and action in ('completed', 'failed')
    `.execute(db);
    expect(rows).toEqual([{ action: row.status === 'error' ? 'failed' : 'completed' }]);
  });
});

describe('A percentage of failures', () => {
  it.each([
    // Fails: 0 and 5. Processed when it goes past: the first count of at least `after` with more than `percent`.
    [{ percent: 20, after: 0 }, ['error', 0, 1, 9]],
    [{ percent: 20, after: 4 }, ['error', 3, 1, 6]],
    [{ percent: 20, after: 5 }, ['error', 4, 2, 4]],
    [{ percent: 20, after: 8 }, ['error', 6, 2, 2]],
    [{ percent: 20, after: 10 }, ['done', 8, 2, 0]],
    [{ percent: 19.99, after: 10 }, ['error', 8, 2, 0]],
    [{ percent: 0, after: 11 }, ['done', 8, 2, 0]],
    [{ percent: 100, after: 0 }, ['done', 8, 2, 0]],
  ])('of %j is held against what is processed.', async (bound, expected) => {
    const { deps, id } = await prepare({ n: 10, refused: [0, 5] }, { kind: 'percent', ...bound });
    const row = await workToEnd(deps, id);
    expect(outcomeOf(row)).toEqual(expected);
    if (row.status === 'error') {
      expect(row.error_message).toContain(`of ${row.n_objects_processed} processed`);
      expect(row.error_message).toContain(`${bound.percent} % of at least ${bound.after}`);
    }
  });
});

it('That it ended in error is logged once, with the reason that the record has.', async () => {
  const { deps, id } = await prepare({ n: 3, refused: [0, 1] }, { kind: 'number', most: 0 });
  const lines: { readonly msg: string; readonly reason?: string }[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const listening = { ...deps, logger: createLogger({ name: 'test', level: 'error', destination }) };
  const { error_message: reason } = await workToEnd(listening, id);
  expect(lines).toMatchObject([{ bulk_delete_id: id, reason, msg: 'bulk delete ended in error' }]);
});

it('With several lanes a page that is in hand is finished and counted, and no other is begun.', async () => {
  const gate = await buildPageGate(url, 'lead');
  const { deps, id } = await prepare({ n: 6, refused: [1] }, { kind: 'number', most: 0 }, 2);
  await gate.close();
  const never = new AbortController().signal;
  const first = runSlice(deps, id, never);
  await gate.waitForPage();
  // The refused one raises before it comes to the gate: this slice goes past the bound and ends.
  expect(await runSlice(deps, id, never)).toEqual({ kind: 'finished' });
  expect(outcomeOf((await findBulkDeleteForWork(db, id)) as BulkDeleteRow)).toEqual(['error', 0, 1, 5]);
  await gate.open();
  await first;
  expect(outcomeOf((await findBulkDeleteForWork(db, id)) as BulkDeleteRow)).toEqual(['error', 1, 1, 4]);
  expect(await countRows(db, 'lead')).toBe(5);
  await gate.end();
});

describe('max_failures of a POST', () => {
  it.each([
    [0, 0],
    [{ percent: 2.5 }, { percent: 2.5, after: 100 }],
    [
      { percent: 0, after: 0 },
      { percent: 0, after: 0 },
    ],
    [null, null],
  ])('%j is kept, and shown as %j.', async (max_failures, shown) => {
    const api = await createApi(db);
    const body = { query: 'Lead', max_failures };
    const made = await api.call(org.apiKey, 'POST', '/api/v1/bulk_action/delete/', { body });
    expect(made).toMatchObject({ status: 200, body: { max_failures: shown } });
    const got = await api.call(org.apiKey, 'GET', `/api/v1/bulk_action/delete/${made.body.id}/`);
    expect(got.body.max_failures).toEqual(shown);
  });

  it.each([
    ['max_failures', -1],
    ['max_failures', 1.5],
    ['max_failures', 2_147_483_648],
    ['max_failures', '10%'],
    ['max_failures', false],
    ['max_failures', [1]],
    ['max_failures.percent', {}],
    ['max_failures.percent', { percent: 100.1 }],
    ['max_failures.percent', { percent: '5' }],
    ['max_failures.after', { percent: 5, after: -1 }],
    ['max_failures.after', { percent: 5, after: null }],
    ['max_failures.afer', { percent: 5, afer: 10 }],
  ])('is refused by the name %s when it is %j, and nothing is made.', async (field, max_failures) => {
    const api = await createApi(db);
    const body = { query: 'Lead', max_failures };
    const refused = await api.call(org.apiKey, 'POST', '/api/v1/bulk_action/delete/', { body });
    expect(fieldErrors(refused)).toHaveProperty([field]);
    expect(await countRows(db, 'bulk_delete')).toBe(0);
  });
});
