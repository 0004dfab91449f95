import { encodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import {
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  insertRow,
  type TestApi,
  type TestOrganization,
  textOf,
  waitFor,
  workUndoToEnd,
} from '../support/index.ts';
import { runWinnow, startWinnow } from '../support/winnow.ts';

let db: Db;
let api: TestApi;
let baseUrl: string;
let org: TestOrganization;
let lead: string;
/** Of the bulk delete that took the lead. */
let id: string;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
  baseUrl = await api.app.listen({ host: '127.0.0.1', port: 0 });
});
beforeEach(async () => {
  org = await createOrganization(db);
  lead = await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'Acme' });
  const gone = await api.call(org.apiKey, 'DELETE', `/api/v1/lead/${encodeId('lead', lead)}/`);
  id = String(gone.headers['x-winnow-bulk-delete-id']);
});

const environment = () => ({ WINNOW_URL: baseUrl, WINNOW_API_KEY: org.apiKey });
const winnow = (...args: readonly string[]) => runWinnow(args, environment());
const startUndo = async () =>
  textOf(await api.call(org.apiKey, 'POST', `/api/v1/bulk_action/delete/${id}/undo/`, { body: {} }), 'id');
const workUndo = async () => {
  const row = await db
    .selectFrom('bulk_undo')
    .select('id')
    .where('organization_id', '=', org.organizationId)
    .executeTakeFirstOrThrow();
  await workUndoToEnd(createEngine(db), row.id);
};

it('undoes a bulk delete, or tries it, and says in a sentence what there is to it', async () => {
  expect(await winnow('undo', id, '--dry-run')).toMatchObject({
    code: 0,
    stdout: '1 of 1 records would come back.\n',
  });
  const asked = await winnow('undo', id);
  expect(asked.code).toBe(0);
  expect(asked.stdout).toMatch(/^bulkundo_\w+ is created: 0 of 1 records are back, 0 in conflict\.\n$/);

  await workUndo();
  const again = await winnow('undo', id);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain('There is nothing to undo');
});

it('pauses, resumes and cancels an undo, and says how many records are back', async () => {
  const undoId = await startUndo();
  const figures = '0 of 1 records are back, 0 in conflict.';
  expect(await winnow('pause', undoId)).toMatchObject({
    code: 0,
    stdout: `${undoId} is paused: ${figures}\n`,
  });
  expect(await winnow('resume', undoId)).toMatchObject({
    code: 0,
    stdout: `${undoId} is resuming: ${figures}\n`,
  });
  expect(await winnow('cancel', undoId)).toMatchObject({
    code: 0,
    stdout: `${undoId} is cancelled: ${figures}\n`,
  });
});

it('watches an undo to its end, and counts what is in conflict apart from what is back', async () => {
  const undoId = await startUndo();
  // Somebody has the id by now.
  await insertRow(db, 'lead', { id: lead, organization_id: org.organizationId, name: 'Another' });
  const watching = startWinnow(['watch', undoId], environment());
  await waitFor(() => watching.output().includes('   0 of 1 records processed, created\n'), {
    what: 'the first look',
    timeoutMs: 120_000,
  });
  await workUndo();
  const end = await watching.ended;
  expect(end.code).toBe(0);
  expect(end.stdout).toContain('   1 of 1 records processed\n');
  expect(end.stdout).toContain(`${undoId} is done: 0 of 1 records are back, 1 in conflict.\n`);
});
