import type { Db } from '@winnow/db';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import {
  createApi,
  createDatabase,
  createEngine,
  createOrganization,
  freePort,
  insertRow,
  type TestApi,
  type TestOrganization,
  textOf,
  waitFor,
  workToEnd,
} from '../support/index.ts';
import { runWinnow, startWinnow } from '../support/winnow.ts';

let db: Db;
let api: TestApi;
let baseUrl: string;
let org: TestOrganization;
beforeAll(async () => {
  ({ db } = await createDatabase());
  api = await createApi(db);
  baseUrl = await api.app.listen({ host: '127.0.0.1', port: 0 });
});
beforeEach(async () => {
  org = await createOrganization(db);
  await insertRow(db, 'lead', { organization_id: org.organizationId, name: 'Acme' });
});

const environment = () => ({ WINNOW_URL: baseUrl, WINNOW_API_KEY: org.apiKey });
const winnow = (...args: readonly string[]) => runWinnow(args, environment());
const start = async () =>
  textOf(
    await api.call(org.apiKey, 'POST', '/api/v1/bulk_action/delete/', { body: { query: 'Acme' } }),
    'id',
  );
const work = async () => {
  const row = await db
    .selectFrom('bulk_delete')
    .select('id')
    .where('organization_id', '=', org.organizationId)
    .executeTakeFirstOrThrow();
  await workToEnd(createEngine(db), row.id);
};

it('pauses, resumes and cancels a bulk delete, and says so in a sentence', async () => {
  const id = await start();
  const untouched = 'its query has not been resolved, nothing was touched.';
  expect(await winnow('pause', id)).toMatchObject({ code: 0, stdout: `${id} is paused: ${untouched}\n` });
  expect(await winnow('resume', id)).toMatchObject({ code: 0, stdout: `${id} is resuming: ${untouched}\n` });
  expect(await winnow('cancel', id)).toMatchObject({ code: 0, stdout: `${id} is cancelled: ${untouched}\n` });
  const refused = await winnow('pause', id);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('has ended (cancelled): nothing can be changed about it.');
});

it('watches a bulk delete to its end', async () => {
  const id = await start();
  const watching = startWinnow(['watch', id], environment());
  await work();
  const end = await watching.ended;
  expect(end.code).toBe(0);
  expect(end.stdout).toContain(`${id} is done: 1 of 1 objects processed.`);
});

it('stops watching on Ctrl-C, says so, and leaves the bulk delete alone', async () => {
  const id = await start();
  await winnow('pause', id);
  let asked = 0;
  api.app.server.on('request', () => {
    asked += 1;
  });
  const stopWatching = async () => {
    asked = 0;
    const watching = startWinnow(['watch', id], environment());
    // The second look comes after the first answer, so that there is something to say of it.
    await waitFor(() => asked > 1, { what: 'the command to look again', timeoutMs: 120_000 });
    watching.kill('SIGINT');
    return watching.ended;
  };
  const paused = await stopWatching();
  expect(paused.code).toBe(130);
  expect(paused.stderr).toContain(
    `No longer watching. ${id} is paused: "winnow resume ${id}" lets it go on, "winnow cancel ${id}" ends it.`,
  );
  const { body } = await api.call(org.apiKey, 'GET', `/api/v1/bulk_action/delete/${id}/`);
  expect(body.status).toBe('paused');

  await winnow('resume', id);
  const resuming = await stopWatching();
  expect(resuming.code).toBe(130);
  expect(resuming.stderr).toContain(
    `No longer watching. ${id} goes on without you; "winnow cancel ${id}" would stop it.`,
  );
});

it('needs to know where the API is and who asks', async () => {
  const end = await runWinnow(['watch', 'bulkdelete_x'], { WINNOW_DATA_DIR: '/nowhere/at/all' });
  expect(end.code).toBe(1);
  expect(end.stderr).toMatch(/^winnow: Which API\?/);
  expect((await winnow('cancel', 'a/b')).stderr).toContain('"a/b" is no id of a bulk delete or an undo.');
  expect((await winnow('watch', 'bulkdelete_x', '--url', 'here')).stderr).toContain(
    '"here" is no URL of an API',
  );
});

it('says which URL does not answer, why, and what to do', async () => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const end = await winnow('watch', 'bulkdelete_x', '--url', url);
  expect(end.code).toBe(1);
  expect(end.stderr).toBe(
    `winnow: ${url} does not answer: connect ECONNREFUSED ${new URL(url).host}. Check that the API runs and that this ` +
      'is its URL (--url, WINNOW_URL or the data folder name it), then run the command again.\n',
  );
});

it('ends in a sentence when the first look is refused', async () => {
  const unknown = await winnow('watch', 'bulkundo_x');
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toMatch(/^winnow: .* answered 404: There is no undo with this id\.\n$/);
  const stranger = await winnow('watch', 'bulkdelete_x', '--key', 'api_x.y');
  expect(stranger.code).toBe(1);
  expect(stranger.stderr).toMatch(/^winnow: .* answered 401: /);
});

it('names in its help what can be watched, paused, resumed and cancelled', async () => {
  for (const name of ['watch', 'pause', 'resume', 'cancel'])
    expect((await winnow(name, '--help')).stdout).toContain('bulkdelete_… or bulkundo_…');
});
