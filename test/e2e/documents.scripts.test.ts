import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { between, codeOf, documentOrSkip } from '../support/documents.ts';
import {
  createDatabase,
  createOrganization,
  insertRow,
  spawnApi,
  type TestOrganization,
} from '../support/index.ts';

const SCRIPT_TIMEOUT_MS = 60_000;
/** Ids in the examples: some are real, and those that are none stand for one. */
const ID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\bdeal_\d\w*/g;
const IS_UUID = /^[0-9a-f]{8}-/;

let db: Db;
let apiUrl: string;
let folder = '';
let org: TestOrganization;
beforeAll(async () => {
  const database = await createDatabase();
  db = database.db;
  apiUrl = (await spawnApi({ DATABASE_URL: database.url })).url;
  folder = await mkdtemp(join(tmpdir(), 'winnow-documents-'));
});
afterAll(() => (folder === '' ? undefined : rm(folder, { recursive: true, force: true })));
beforeEach(async () => {
  org = await createOrganization(db);
});

const insert = (table: string, row: object = {}) =>
  insertRow(db, table, { organization_id: org.organizationId, ...row });

/** What a client changes in the examples: the host, and the key. */
function withOurs(code: string): string {
  return code
    .replaceAll(/https:\/\/[\w.-]+/g, apiUrl)
    .replaceAll(/\b(wbk|sk-workspace)_your_api_key(_here)?\b/g, org.apiKey);
}

interface End {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in a folder of its own. @throws with what it wrote when it ends with another code than 0. */
function run(program: string, args: readonly string[], input = ''): Promise<End & { readonly cwd: string }> {
  return mkdtemp(join(folder, 'run-')).then(
    (cwd) =>
      new Promise((resolve, reject) => {
        const child = execFile(
          program,
          [...args],
          { cwd, timeout: SCRIPT_TIMEOUT_MS },
          (error, stdout, stderr) => {
            if (error) reject(new Error(`${program} failed:\n${stdout}\n${stderr}`, { cause: error }));
            else resolve({ stdout, stderr, cwd });
          },
        );
        child.stdin?.end(input);
      }),
  );
}

async function runNode(code: string, args: readonly string[] = []): Promise<End> {
  const file = join(folder, `${randomUUID()}.mjs`);
  await writeFile(file, code);
  return run(process.execPath, [file, ...args]);
}

async function runPython(context: TestContext, code: string, input = '') {
  const missing = await run('python3', ['-c', 'import requests']).catch((error: unknown) => error);
  if (missing instanceof Error) context.skip('there is no python3 with the package requests');
  const file = join(folder, `${randomUUID()}.py`);
  await writeFile(file, code);
  return run('python3', [file], input);
}

describe.each([
  ['000', 'opportunity'],
  ['001', 'contact'],
])('The examples of document %s run with another host and another key:', (number, table) => {
  /** The code with ids of records that are there. */
  async function prepare(context: TestContext, language: string) {
    const code = withOurs(codeOf(await documentOrSkip(context, number), language));
    const sent = [...new Set(code.match(ID))];
    expect(sent.length).toBeGreaterThan(0);
    const lead_id = await insert('lead');
    const ids = await Promise.all(
      sent.map((id) => insert(table, { lead_id, ...(IS_UUID.test(id) ? { id } : {}) })),
    );
    return {
      code: sent.reduce((text, id, index) => text.replaceAll(id, ids[index] ?? ''), code),
      n: sent.length,
    };
  }

  async function countLeft(): Promise<number> {
    const { rows } =
      await sql`select from ${sql.table(table)} where organization_id = ${org.organizationId}`.execute(db);
    return rows.length;
  }

  it('cURL', async (context) => {
    const curl = await run('curl', ['--version']).catch((error: unknown) => error);
    if (curl instanceof Error) context.skip('there is no curl');
    const { code, n } = await prepare(context, 'bash');
    const { stdout } = await run('/bin/sh', ['-c', code]);
    expect(JSON.parse(stdout)).toEqual({ data: { deleted_count: n, not_found_count: 0, errors: [] } });
    expect(await countLeft()).toBe(0);
  });

  it('JavaScript', async (context) => {
    const { code, n } = await prepare(context, 'javascript');
    const { stdout } = await runNode(code);
    expect(stdout).toBe(`{ deleted_count: ${n}, not_found_count: 0, errors: [] }\n`);
    expect(await countLeft()).toBe(0);
  });

  it('Python', async (context) => {
    const { code, n } = await prepare(context, 'python');
    const { stdout } = await runPython(context, code);
    expect(stdout).toBe(`{'deleted_count': ${n}, 'not_found_count': 0, 'errors': []}\n`);
    expect(await countLeft()).toBe(0);
  });
});

describe('The scripts of document 003 run with another host and another key:', () => {
  const insertLead = async (row: object = {}) => {
    const id = await insert('lead', row);
    const contact_id = await insert('contact', { lead_id: id });
    await insert('contact_email', { contact_id, email: 'ann@acme.test' });
    return encodeId('lead', id);
  };

  async function leadIds(): Promise<readonly string[]> {
    const { rows } = await sql<{ id: string }>`
      select id from lead where organization_id = ${org.organizationId} order by id
    `.execute(db);
    return rows.map(({ id }) => encodeId('lead', id));
  }

  it('its JavaScript deletes in bulk, tells what failed, and archives.', async (context) => {
    const document = await documentOrSkip(context, '003');
    const deletion = withOurs(
      between(document, 'JavaScript (with confirmation)\n\n', '\n\nPython (with backup)'),
    );
    const archiving = withOurs(between(document, 'by updating their metadata:\n\n', '\n\nError Scenarios'));
    const lost = await insert('lead_status', { label: 'Lost' });
    const [first, second, confirmed, archived] = [
      await insertLead(),
      await insertLead(),
      await insertLead({ name: 'Acme' }),
      await insertLead({ name: 'Kept', metadata: JSON.stringify({ score: 7 }) }),
    ];
    const missing = encodeId('lead', '00000000-0000-7000-8000-000000000000');
    // The usage examples of the document delete a lead that nobody has, and do not wait for what comes of it.
    const before = `
      process.on('unhandledRejection', () => {});
      const asked = [];
      globalThis.confirm = (text) => (asked.push(text), true);
    `;
    const after = `
      const [first, missing, second, confirmed, archived] = process.argv.slice(2);
      const bulk = await bulkDeleteLeads([first, missing, second]);
      const single = await deleteLead(confirmed, true);
      const archive = await archiveLead(archived);
      console.log(JSON.stringify({ bulk, single, archive, asked }));
    `;
    const { stdout } = await runNode([before, deletion, archiving, after].join('\n'), [
      first,
      missing,
      second,
      confirmed,
      archived,
    ]);
    const { bulk, single, archive, asked } = JSON.parse(stdout);
    expect(bulk).toEqual({
      success: [first, second],
      failed: [{ leadId: missing, error: 'Lead not found or already deleted' }],
    });
    expect(single).toEqual({ id: confirmed, deletedAt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/) });
    expect(asked).toEqual([expect.stringContaining('delete lead "Acme" (ann@acme.test)?')]);
    expect(archive).toMatchObject({
      success: true,
      data: {
        id: archived,
        name: 'Kept',
        status: 'lost',
        metadata: {
          score: 7,
          archived: true,
          archived_at: expect.stringMatching(/Z$/),
          archived_reason: 'No longer interested',
        },
      },
    });
    expect(await leadIds()).toEqual([archived]);
    const { rows } = await sql`select from lead where status_id = ${lost}`.execute(db);
    expect(rows).toHaveLength(1);
  });

  it('its Python backs up and deletes all leads of a status.', async (context) => {
    const document = await documentOrSkip(context, '003');
    const code = withOurs(between(document, 'Python (with backup)\n\n', '\n\nDeletion Best Practices'));
    const [lost, open] = [
      await insert('lead_status', { label: 'Lost' }),
      await insert('lead_status', { label: 'Open' }),
    ];
    const kept = [await insertLead({ status_id: open }), await insertLead()];
    const doomed = [
      await insertLead({ status_id: lost, name: 'One' }),
      await insertLead({ status_id: lost, name: 'Two', metadata: JSON.stringify({ score: 7 }) }),
      await insertLead({ status_id: lost, name: 'Three' }),
    ];
    const { stdout, cwd } = await runPython(context, code, 'yes\n');
    expect(stdout).toContain('lead_1234567890abcdef not found or already deleted');
    expect(stdout).toContain("Found 3 leads with status 'lost'");
    expect(stdout).toContain('Backed up lead: Two (ann@acme.test)');
    expect(stdout).toContain('Bulk deletion complete: 3 deleted, 0 errors');
    expect(await leadIds()).toEqual(kept);
    const backups = await Promise.all(
      (await readdir(cwd)).map(async (name) => JSON.parse(await readFile(join(cwd, name), 'utf8'))),
    );
    expect(backups.map(({ id }) => id).sort()).toEqual([...doomed].sort());
    expect(backups).toContainEqual(
      expect.objectContaining({
        name: 'Two',
        email: 'ann@acme.test',
        status: 'lost',
        metadata: { score: 7 },
      }),
    );
  });
});
