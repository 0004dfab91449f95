import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { encodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeTemporaryFile } from '../support/csv-import.ts';
import {
  atFileEnd,
  createApi,
  createDatabase,
  createOrganization,
  insertRow,
  type TestApi,
  type TestOrganization,
} from '../support/index.ts';
import { makeServerFolder } from '../support/server-folder.ts';
import { runWinnow } from '../support/winnow.ts';

let url: string;
let db: Db;
let api: TestApi;
let org: TestOrganization;
beforeAll(async () => {
  ({ url, db } = await createDatabase());
  api = await createApi(db);
});
beforeEach(async () => {
  org = await createOrganization(db);
});

/** Runs a command line on the test's database. */
const winnow = (...args: readonly string[]) => runWinnow(args, { DATABASE_URL: url });
const ofOrg = () => ['--organization', encodeId('orga', org.organizationId)];

/** Rows of the test's organization. */
async function countMine(table: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from ${sql.table(table)} where organization_id = ${org.organizationId}
  `.execute(db);
  return rows[0]?.n ?? 0;
}

describe('winnow migrate', () => {
  it('makes the tables of an empty database, and has nothing to do the second time', async () => {
    const name = `empty_${randomBytes(6).toString('hex')}`;
    await sql`create database ${sql.id(name)}`.execute(db);
    const empty = new URL(url);
    empty.pathname = name;
    const first = await runWinnow(['migrate'], { DATABASE_URL: empty.href });
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toMatch(/^applied 0001_winnow$/m);
    const second = await runWinnow(['migrate'], { DATABASE_URL: empty.href });
    expect(second).toMatchObject({ code: 0, stdout: 'The tables are up to date.\n' });
    await sql`drop database ${sql.id(name)}`.execute(db);
  });

  it('says in a sentence that there is no database', async () => {
    const end = await runWinnow(['migrate'], { DATABASE_URL: 'postgres://127.0.0.1:1/none' });
    expect(end.code).toBe(1);
    expect(end.stderr).toBe('winnow: connect ECONNREFUSED 127.0.0.1:1\n');
  });
});

describe('winnow keys', () => {
  it('creates a key that is shown once and opens what its scopes say, lists it, and revokes it', async () => {
    const created = await winnow(
      'keys',
      'create',
      '--name',
      'reader',
      '--scopes',
      'read',
      '--expires',
      '30d',
      ...ofOrg(),
    );
    expect(created.code).toBe(0);
    const key = created.stdout.trim();
    expect((await api.call(key, 'GET', '/api/v1/lead/')).status).toBe(200);
    expect((await api.call(key, 'POST', '/api/v1/lead/', { body: { name: 'A' } })).status).toBe(403);

    const [id = ''] = key.split('.');
    const listed = await winnow('keys', 'list', ...ofOrg());
    expect(listed.stdout).toMatch(new RegExp(`^${id} +reader +read .* valid$`, 'm'));
    expect(listed.stdout + listed.stderr).not.toContain(key);

    expect(await winnow('keys', 'revoke', id)).toMatchObject({ code: 0 });
    expect((await api.call(key, 'GET', '/api/v1/lead/')).status).toBe(401);
    expect((await winnow('keys', 'list', ...ofOrg())).stdout).toMatch(new RegExp(`^${id} .* revoked `, 'm'));
  });

  it('creates a key that may only read unless it is told more', async () => {
    const { stdout, stderr } = await winnow('keys', 'create', '--name', 'plain', ...ofOrg());
    expect(stderr).toContain('Its scopes: read.');
    const key = stdout.trim();
    expect((await api.call(key, 'GET', '/api/v1/lead/')).status).toBe(200);
    expect((await api.call(key, 'POST', '/api/v1/lead/', { body: { name: 'A' } })).status).toBe(403);
    expect((await api.call(key, 'DELETE', '/api/v1/lead/x/')).status).toBe(403);
    const narrow = await winnow('keys', 'create', '--name', 'n', '--scopes', 'write:leads', ...ofOrg());
    const body = { name: 'A' };
    expect((await api.call(narrow.stdout.trim(), 'POST', '/api/v1/lead/', { body })).status).toBe(200);
    expect((await api.call(narrow.stdout.trim(), 'POST', '/api/v1/contact/', { body })).status).toBe(403);
  });

  it('creates a key for campaigns of the organization, and for no others', async () => {
    const campaign = async (organizationId: string) =>
      encodeId('camp', await insertRow(db, 'campaign', { organization_id: organizationId, name: 'C' }));
    const [one, two] = [await campaign(org.organizationId), await campaign(org.organizationId)];
    const named = [
      'keys',
      'create',
      '--name',
      'camp',
      '--scopes',
      'write',
      '--campaign',
      one,
      '--campaign',
      two,
    ];
    const created = await winnow(...named, ...ofOrg());
    expect(created).toMatchObject({ code: 0 });
    expect((await api.call(created.stdout.trim(), 'GET', '/api/v1/lead/')).status).toBe(403);
    const { stdout } = await winnow('keys', 'list', ...ofOrg());
    expect(stdout).toMatch(new RegExp(`^api_\\w+ +camp +write +${one},${two} .* valid$`, 'm'));
    expect(stdout).toMatch(/^api_\w+ +test +\* +all .* valid$/m);

    const foreign = await campaign((await createOrganization(db)).organizationId);
    const refused = await winnow(...named, '--campaign', foreign, '--campaign', 'camp_x', ...ofOrg());
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain(`The organization has no campaign ${foreign}, camp_x.`);
  });

  it.each([
    [['keys', 'revoke', 'api_nonsense'], /"api_nonsense" is no id of an API key/],
    [['keys', 'revoke', 'api_0000000000000000000001'], /There is no API key/],
    [['keys', 'create', '--name', 'x', '--scopes', 'everything'], /Known scopes: read, write, delete/],
    [['keys', 'create', '--name', 'x', '--expires', 'yesterday'], /in the future/],
    [['keys', 'create', '--name', 'x', '--organization', 'orga_x'], /There is no organization orga_x/],
    [['keys', 'create'], /required option '--name <name>'/],
  ])('refuses %j in a sentence', async (args, message) => {
    const end = await winnow(...args);
    expect(end).toMatchObject({ code: 1, stdout: '' });
    expect(end.stderr).toMatch(message);
    expect(end.stderr).not.toMatch(/^\s+at /m);
  });

  it('asks which organization is meant where there are several', async () => {
    await createOrganization(db);
    const end = await winnow('keys', 'list');
    expect(end.code).toBe(1);
    expect(end.stderr).toMatch(/Choose one with --organization:\n {2}orga_/);
  });
});

describe('winnow seed', () => {
  it('fills an organization with exactly as many leads as it is asked for, and with what it reports', async () => {
    const end = await winnow('seed', '--leads', '12_000', ...ofOrg());
    expect(end.code).toBe(0);
    expect(end.stdout).toMatch(/^12,000 leads with 7\d,\d{3} child rows in .* leads\/s$/m);
    for (const table of [
      'lead',
      'contact',
      'contact_email',
      'address',
      'opportunity',
      'task',
      'activity',
      'document',
      'custom_object',
    ]) {
      const [, reported = ''] = new RegExp(`^ +${table} +([\\d,]+)$`, 'm').exec(end.stdout) ?? [];
      expect(await countMine(table)).toBe(Number(reported.replaceAll(',', '')));
    }
    expect(await countMine('lead')).toBe(12_000);
    expect(await countMine('lead_status')).toBe(7);
    expect(await countMine('opportunity_status')).toBe(7);
    const page = await api.call(org.apiKey, 'GET', '/api/v1/lead/?_limit=1');
    expect(page.body.data).toMatchObject([{ status_label: expect.any(String), organization_id: ofOrg()[1] }]);
  });

  it('seeds a second time beside the first, with the same statuses', async () => {
    await winnow('seed', '--leads', '10', ...ofOrg());
    expect(await winnow('seed', '--leads', '10', ...ofOrg())).toMatchObject({ code: 0 });
    expect(await countMine('lead')).toBe(20);
    expect(await countMine('lead_status')).toBe(7);
  });
});

describe('winnow import', () => {
  const bad = 'company,stage,closed\nAcme,Won,2/9/2017\nGlobex,Won,9 Feb\nInitech,Lost,\n';
  const args = (file: string) => [
    'import',
    '--object',
    'opportunity',
    '--csv',
    file,
    '--map',
    'company=note',
    '--link',
    'stage=status_id.label',
    '--map',
    'closed=date_won',
    '--date-format',
    'closed=M/D/YYYY',
    '--create-missing',
    ...ofOrg(),
  ];
  it('of a bad file changes nothing, names line and column, and ends with 1', async () => {
    const end = await winnow(...args(await writeTemporaryFile('bad.csv', bad)));
    expect(end.code).toBe(1);
    expect(end.stderr).toContain('line 3, column "closed": "9 Feb" is not a date like M/D/YYYY\n');
    expect(end.stderr).toMatch(/^Nothing was imported: 1 bad row among 3/m);
    expect(await countMine('opportunity')).toBe(0);
    expect(await countMine('opportunity_status')).toBe(0);
  });

  it('with --skip-bad takes the other rows, writes the rejects into a file, and ends with 0', async () => {
    const file = await writeTemporaryFile('bad.csv', bad);
    const rejects = path.join(path.dirname(file), 'rejects.csv');
    const end = await winnow(...args(file), '--skip-bad', '--rejects', rejects);
    expect(end.code).toBe(0);
    expect(end.stdout).toMatch(/^created opportunity status "Lost"$/m);
    expect(end.stdout).toMatch(/^2 opportunities imported in .*, 1 row rejected$/m);
    expect(await countMine('opportunity')).toBe(2);
    expect(await readFile(rejects, 'utf8')).toBe(
      'line,column,reason\n3,closed,"""9 Feb"" is not a date like M/D/YYYY"\n',
    );
  });

  it.each([
    [['--csv', '/nowhere.csv'], /There is no file \/nowhere\.csv/],
    [['--map', 'company'], /not of the form NAME=VALUE/],
    [['--link', 'stage=status_id'], /A link is COLUMN=FIELD.KEY/],
    [['--when', 'stage=Won'], /A condition is FIELD:COLUMN=VALUE/],
    [['--scale', 'closed=many'], /no number to multiply by/],
    [['--date-format', 'closed=whenever'], /is no date format/],
    [['--encoding', 'klingon'], /klingon/],
    [['--delimiter', ''], /delimiter/],
  ])('refuses %j in a sentence', async (more, message) => {
    const end = await winnow(...args(await writeTemporaryFile('bad.csv', bad)), ...more);
    expect(end).toMatchObject({ code: 1, stdout: '' });
    expect(end.stderr).toMatch(message);
    expect(end.stderr).not.toMatch(/^\s+at /m);
  });
});

describe('a command without DATABASE_URL', () => {
  it('starts the database of its data folder for as long as it takes, with a first organization and key', async () => {
    const folder = await makeServerFolder('cli');
    atFileEnd(folder.path, folder.remove);
    const environment = { WINNOW_DATA_DIR: folder.path };
    const seeded = await runWinnow(['seed', '--leads', '5'], environment);
    expect(seeded).toMatchObject({ code: 0 });
    const listed = await runWinnow(['keys', 'list'], environment);
    expect(listed.stdout).toMatch(/ first key +\* .* valid$/m);
    const credentials = JSON.parse(await readFile(path.join(folder.path, 'credentials.json'), 'utf8'));
    expect(listed.stdout).toContain(credentials.api_key.split('.')[0]);
  });
});

it('The help says what there is, and a slip of the pen is no stack trace.', async () => {
  const help = await winnow('--help');
  expect(help.code).toBe(0);
  for (const name of ['up', 'demo', 'migrate', 'keys', 'seed', 'import'])
    expect(help.stdout).toMatch(new RegExp(`^ +${name}\\b`, 'm'));
  const slip = await winnow('sead', '--leads', '1');
  expect(slip.code).toBe(1);
  expect(slip.stderr).toMatch(/Did you mean seed\?/);
});
