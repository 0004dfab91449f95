import { execFile } from 'node:child_process';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { atFileEnd, createDatabase, createOrganization, freePort, waitFor } from '../support/index.ts';
import { childrenOf, processesNaming } from '../support/processes-of.ts';
import { makeServerFolder } from '../support/server-folder.ts';
import { runWinnow, startWinnow, type WinnowProcess } from '../support/winnow.ts';

vi.setConfig({ testTimeout: 180_000 });

const shell = promisify(execFile);

let folder: { path: string; remove(): Promise<void> };
let running: WinnowProcess[];
beforeEach(async () => {
  folder = await makeServerFolder('up');
  running = [];
});
afterEach(async () => {
  for (const one of running) one.kill('SIGKILL');
  await Promise.all(running.map(({ ended }) => ended));
  await noProcessLeft();
  await folder.remove();
});

const environment = (changes: Record<string, string> = {}) => ({
  WINNOW_DATA_DIR: folder.path,
  PORT: '0',
  ...changes,
});

/** Starts `winnow up` and waits for its greeting. */
async function up(changes: Record<string, string> = {}): Promise<WinnowProcess> {
  const winnow = startWinnow(['up'], environment(changes));
  running.push(winnow);
  let hasEnded = false;
  void winnow.ended.then(() => {
    hasEnded = true;
  });
  await waitFor(() => hasEnded || winnow.output().includes('Winnow is running'), {
    timeoutMs: 120_000,
    what: 'the greeting',
  });
  if (hasEnded) throw new Error(`winnow up ended:\n${winnow.output()}`);
  return winnow;
}

async function credentials(): Promise<Record<string, string>> {
  return JSON.parse(await readFile(path.join(folder.path, 'credentials.json'), 'utf8'));
}

async function childNamed(winnow: WinnowProcess, name: string): Promise<number> {
  const child = (await childrenOf(winnow.pid)).find(({ commandLine }) =>
    commandLine.includes(`/${name}/src/main.ts`),
  );
  if (!child) throw new Error(`there is no process of the ${name}`);
  return child.pid;
}

function noProcessLeft(): Promise<unknown> {
  return waitFor(
    async () =>
      (await processesNaming(folder.path)).filter(({ commandLine }) => !isLifeline(commandLine)).length === 0,
    { what: `the end of every process of ${folder.path}` },
  );
}

/** The test's own shell that removes the folder if the test is interrupted. */
function isLifeline(commandLine: string): boolean {
  return commandLine.startsWith('/bin/sh -c read -r _');
}

describe('winnow up', () => {
  it('prints command lines that work, announces e-mails, and Ctrl-C ends everything with 0', async () => {
    const winnow = await up();
    const [me = '', bulkDelete = ''] = winnow.output().match(/^ *curl .*$/gm) ?? [];
    const { api_key, organization_id, user_id } = await credentials();
    expect(JSON.parse((await shell('/bin/sh', ['-c', me])).stdout)).toMatchObject({
      id: user_id,
      organizations: [{ id: organization_id }],
    });
    expect(me).toContain(api_key);
    const created = JSON.parse((await shell('/bin/sh', ['-c', bulkDelete])).stdout);
    expect(created).toMatchObject({ bulk_object_type: 'lead', organization_id });
    await waitFor(() => /e-mail to .*Bulk delete finished: 0 leads deleted/.test(winnow.output()), {
      what: 'the line about the done e-mail',
    });
    expect((await stat(path.join(folder.path, 'credentials.json'))).mode & 0o777).toBe(0o600);

    winnow.kill('SIGINT');
    expect((await winnow.ended).code).toBe(0);
    await noProcessLeft();
    const log = await readFile(path.join(folder.path, 'logs', 'worker.log'), 'utf8');
    expect(log).toMatch(/"msg":"stopped"/);
  });

  it('finds its data and its key again, under another port', async () => {
    const first = await up();
    const before = await credentials();
    const headers = { authorization: `Bearer ${before.api_key}`, 'content-type': 'application/json' };
    const made = await fetch(`${before.base_url}/api/v1/lead/`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ name: 'Kept' }),
    });
    const { id } = (await made.json()) as { id: string };
    first.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);

    const port = await freePort();
    const second = await up({ PORT: String(port) });
    const after = await credentials();
    expect(after).toEqual({ ...before, base_url: `http://127.0.0.1:${port}` });
    const found = await fetch(`${after.base_url}/api/v1/lead/${id}/`, { headers });
    expect(await found.json()).toMatchObject({ name: 'Kept' });

    // Meanwhile another Winnow wants the same port, or the same folder.
    const samePort = await runWinnow(['up'], { WINNOW_DATA_DIR: `${folder.path}/other`, PORT: String(port) });
    expect(samePort).toMatchObject({ code: 1, stdout: '' });
    expect(samePort.stderr).toMatch(new RegExp(`^winnow: Port ${port} of 127.0.0.1 is in use.*PORT=`, 'm'));
    const sameFolder = await runWinnow(['up'], environment());
    expect(sameFolder).toMatchObject({ code: 1, stdout: '' });
    expect(sameFolder.stderr).toMatch(/^winnow: The data folder .* is in use by a running Winnow/m);
    for (const { stderr } of [samePort, sameFolder]) expect(stderr).not.toMatch(/^\s+at /m);

    second.kill('SIGINT');
    expect((await second.ended).code).toBe(0);
  });

  it('refuses a data folder of another version of PostgreSQL in a sentence', async () => {
    const winnow = await up();
    winnow.kill('SIGINT');
    await winnow.ended;
    await writeFile(path.join(folder.path, 'postgres', 'PG_VERSION'), '15\n');
    const end = await runWinnow(['up'], environment());
    expect(end.code).toBe(1);
    expect(end.stderr).toMatch(/^winnow: .*was made by PostgreSQL 15/m);
    expect(end.stderr).not.toMatch(/^\s+at /m);
    await writeFile(path.join(folder.path, 'postgres', 'PG_VERSION'), '18\n');
  });

  it.each(['worker', 'api'])('ends with 1 and says why when the %s dies', async (name) => {
    const winnow = await up();
    process.kill(await childNamed(winnow, name), 'SIGKILL');
    const { code, stderr } = await winnow.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`^winnow: The ${name} ended \\(signal SIGKILL\\). Its last words:\\n  .+`, 'm'),
    );
    expect(stderr).toContain(path.join(folder.path, 'logs', `${name}.log`));
    await noProcessLeft();
  });

  it('leaves nothing running when it is killed itself, and starts again', async () => {
    const first = await up();
    const { api_key } = await credentials();
    first.kill('SIGKILL');
    await first.ended;
    await noProcessLeft();
    const second = await up();
    expect((await credentials()).api_key).toBe(api_key);
    second.kill('SIGINT');
    expect((await second.ended).code).toBe(0);
  });

  it('takes one press of Ctrl-C that comes twice for one, and a second press for impatience', async () => {
    const winnow = await up();
    const worker = await childNamed(winnow, 'worker');
    // A worker that cannot answer: the graceful end would take until its grace is over.
    process.kill(worker, 'SIGSTOP');
    winnow.kill('SIGINT');
    winnow.kill('SIGINT');
    await waitFor(() => winnow.output().includes('Stopping'), { what: 'the stop to begin' });
    let hasEnded = false;
    void winnow.ended.then(() => {
      hasEnded = true;
    });
    // The API came to its end in peace, which comes after the presses; impatience would have killed both at once.
    await waitFor(
      async () =>
        (await readFile(path.join(folder.path, 'logs', 'api.log'), 'utf8')).includes('"msg":"stopped"'),
      { what: 'the graceful end of the API' },
    );
    expect([hasEnded, await childNamed(winnow, 'worker')]).toEqual([false, worker]);
    await waitFor(
      () => {
        winnow.kill('SIGINT');
        return hasEnded;
      },
      { what: 'the end at once', timeoutMs: 20_000 },
    );
    expect((await winnow.ended).code).toBe(130);
    await noProcessLeft();
  });
});

describe('winnow up on a database that others use', () => {
  it('makes a first key in an empty one, and none in one that has an organization', async () => {
    const { url, db, drop } = await createDatabase();
    const first = await up({ DATABASE_URL: url });
    const { api_key, base_url } = await credentials();
    expect(
      (await fetch(`${base_url}/api/v1/me/`, { headers: { authorization: `Bearer ${api_key}` } })).status,
    ).toBe(200);
    first.kill('SIGINT');
    expect((await first.ended).code).toBe(0);

    await createOrganization(db);
    const second = await up({ DATABASE_URL: url });
    expect((await credentials()).api_key).toBe(api_key);
    second.kill('SIGINT');
    await second.ended;

    const elsewhere = await makeServerFolder('up-elsewhere');
    atFileEnd(elsewhere.path, () => elsewhere.remove());
    const third = await up({ DATABASE_URL: url, WINNOW_DATA_DIR: elsewhere.path });
    expect(third.output()).toContain('winnow keys create');
    expect(third.output()).not.toContain('curl');
    third.kill('SIGINT');
    expect((await third.ended).code).toBe(0);
    await drop();
  });
});

it('A setting that cannot be is a sentence before anything is started.', async () => {
  const end = await runWinnow(['up'], environment({ PORT: 'many', WINNOW_LANES: '0' }));
  expect(end.code).toBe(1);
  expect(end.stderr).toMatch(/PORT: /);
  expect(end.stderr).toMatch(/WINNOW_LANES: /);
});
