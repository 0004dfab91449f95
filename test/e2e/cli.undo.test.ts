import { encodeId } from '@winnow/catalog';
import { expect, it } from 'vitest';
import {
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  insertRow,
  workUndoToEnd,
} from '../support/index.ts';
import { runWinnow } from '../support/winnow.ts';

it('undoes a bulk delete, or tries it, and says in a sentence what there is to it', async () => {
  const { db } = await createDatabase();
  const api = await createApi(db);
  const baseUrl = await api.app.listen({ host: '127.0.0.1', port: 0 });
  const org = await createOrganization(db);
  const winnow = (...args: readonly string[]) =>
    runWinnow(args, { WINNOW_URL: baseUrl, WINNOW_API_KEY: org.apiKey });
  const lead = await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'Acme' });
  const gone = await api.call(org.apiKey, 'DELETE', `/api/v1/lead/${encodeId('lead', lead)}/`);
  const id = String(gone.headers['x-winnow-bulk-delete-id']);

  expect(await winnow('undo', id, '--dry-run')).toMatchObject({
    code: 0,
    stdout: '1 of 1 records would come back.\n',
  });
  const asked = await winnow('undo', id);
  expect(asked.code).toBe(0);
  expect(asked.stdout).toMatch(/^bulkundo_\w+ is created: 0 of 1 records are back, 0 in conflict\.\n$/);

  const { id: undoId } = await db.selectFrom('bulk_undo').select('id').executeTakeFirstOrThrow();
  await workUndoToEnd(createEngine(db), undoId);
  const again = await winnow('undo', id);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain('There is nothing to undo');
});
