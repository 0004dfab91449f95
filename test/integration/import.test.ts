import { encodeId } from '@winnow/catalog';
import type { ImportSpec } from '@winnow/cli';
import { createCustomField, type Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { importText, specFor } from '../support/csv-import.ts';
import { createDatabase, createOrganization, type TestOrganization } from '../support/index.ts';

let db: Db;
let org: TestOrganization;
beforeAll(async () => {
  ({ db } = await createDatabase());
});
beforeEach(async () => {
  org = await createOrganization(db);
});

/** Rows of a table of the organization, in the order of the file. */
async function rowsOf(table: string, columns: string): Promise<readonly Record<string, unknown>[]> {
  const { rows } = await sql<Record<string, unknown>>`
    select ${sql.raw(columns)} from ${sql.table(table)} as t where organization_id = ${org.organizationId} order by t.id
  `.execute(db);
  return rows;
}

const take = (content: string, spec: ImportSpec, skipBad = false) =>
  importText(db, org, content, spec, { skipBad });

const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;

describe('values', () => {
  it('become what their fields are: text, whole numbers times a factor, dates in the format of their column', async () => {
    const report = await take(
      lines('what,dollars,sure,closed', 'Überholung,19.99,80,2/9/2017', '"a, ""b""",0,,12/31/2016'),
      specFor(
        'opportunity',
        { note: 'what', value: 'dollars', confidence: 'sure', date_won: 'closed' },
        { scale: new Map([['dollars', 100]]), dateFormat: new Map([['closed', 'M/D/YYYY']]) },
      ),
    );
    expect(report).toMatchObject({ committed: true, imported: 2, rejectedRows: 0 });
    expect(await rowsOf('opportunity', 'note, value, confidence, date_won, created_by')).toEqual([
      { note: 'Überholung', value: 1999, confidence: 80, date_won: '2017-02-09', created_by: org.userId },
      { note: 'a, "b"', value: 0, confidence: null, date_won: '2016-12-31', created_by: org.userId },
    ]);
  });

  it('that are missing take the default of their column, or null', async () => {
    await take(
      lines('a,b,c,d', ',,,', 'x,,annual,'),
      specFor('deal', { note: 'a', external_id: 'b', value_period: 'c', value: 'd' }),
    );
    expect(await rowsOf('opportunity', 'note, external_id, value_period, value')).toEqual([
      { note: '', external_id: null, value_period: 'one_time', value: null },
      { note: 'x', external_id: null, value_period: 'annual', value: null },
    ]);
  });

  it('of yes and no, moments and lists are read as such, and objects that share a table get their type', async () => {
    await take(lines('who'), specFor('lead', { name: 'who' }));
    await take(lines('who', 'Acme'), specFor('lead', { name: 'who', external_id: 'who' }));
    const link = [{ column: 'who', field: 'lead_id', key: 'external_id' }];
    await take(
      lines('who,when,text,top', 'Acme,2026-01-31T09:30:00+02:00,hello,yes'),
      specFor('note', { activity_at: 'when', note: 'text', pinned: 'top' }, { link }),
    );
    await take(
      lines('who,to', 'Acme,a@example.com; b@example.com'),
      specFor('activity/email', { to: 'to' }, { link }),
    );
    expect(
      await rowsOf('activity', 'type, activity_at at time zone $$utc$$ as at, note, pinned, recipients_to'),
    ).toEqual([
      { type: 'note', at: new Date('2026-01-31T07:30:00'), note: 'hello', pinned: true, recipients_to: null },
      {
        type: 'email',
        // Without one it is that of the import.
        at: expect.any(Date),
        note: null,
        pinned: false,
        recipients_to: ['a@example.com', 'b@example.com'],
      },
    ]);
  });

  it('of a condition are taken only from the rows that meet it', async () => {
    await take(
      lines('stage,closed', 'Won,2017-01-01', 'Lost,2017-01-02', 'Open,2017-01-03'),
      specFor(
        'opportunity',
        { date_won: 'closed', date_lost: 'closed' },
        {
          when: [
            { field: 'date_won', column: 'stage', value: 'Won' },
            { field: 'date_lost', column: 'stage', value: 'Lost' },
          ],
        },
      ),
    );
    expect(await rowsOf('opportunity', 'date_won, date_lost')).toEqual([
      { date_won: '2017-01-01', date_lost: null },
      { date_won: null, date_lost: '2017-01-02' },
      { date_won: null, date_lost: null },
    ]);
  });
});

describe('parts', () => {
  it('are written into embedded lists, and only where the row has something for them', async () => {
    const report = await take(
      lines('company,person,mail,city', 'Acme,Ada,ada@acme.example,Köln', 'Globex,,,'),
      specFor('lead', {
        name: 'company',
        'contacts.name': 'person',
        'contacts.emails.email': 'mail',
        'addresses.city': 'city',
      }),
    );
    expect(report.imported).toBe(2);
    expect(await rowsOf('contact', 'name, (select name from lead where id = t.lead_id) as lead')).toEqual([
      { name: 'Ada', lead: 'Acme' },
    ]);
    expect(
      await rowsOf('contact_email', 'email, (select name from contact where id = t.contact_id) as contact'),
    ).toEqual([{ email: 'ada@acme.example', contact: 'Ada' }]);
    expect(await rowsOf('address', 'city')).toEqual([{ city: 'Köln' }]);
  });
});

describe('custom fields', () => {
  it('are found by name or id, and created with a type when they may be', async () => {
    const field = await createCustomField(db, {
      organizationId: org.organizationId,
      userId: null,
      owner: 'lead',
      name: 'Sector',
      type: 'choices',
      choices: ['Retail', 'Health'],
      acceptsMultipleValues: true,
    });
    const id = field?.id ?? '';
    const report = await take(
      lines('name,a,b', 'Acme,retail;Health,3.5'),
      specFor(
        'lead',
        { name: 'name', [`custom.${encodeId('cf', id)}`]: 'a', 'custom.Revenue': 'b' },
        { type: new Map([['b', 'number']]), createMissing: true },
      ),
    );
    expect(report.created).toEqual(['custom field "Revenue" (number)']);
    const [lead] = await rowsOf('lead', 'custom');
    const custom: Record<string, unknown> = { ...(lead?.custom as object) };
    expect(custom[id]).toEqual(['Retail', 'Health']);
    expect(Object.values(custom)).toContain(3.5);
    // The second time it is known, by a name whose case differs.
    const again = await take(
      lines('name,b', 'Globex,7'),
      specFor('lead', { name: 'name', 'custom.revenue': 'b' }),
    );
    expect(again).toMatchObject({ imported: 1, created: [] });
  });
});

describe('links', () => {
  const byAccount = [{ column: 'account', field: 'lead_id', key: 'external_id' }];

  beforeEach(async () => {
    await take(
      lines('name,key', 'Acme,a', 'Twin one,t', 'Twin two,t'),
      specFor('lead', { name: 'name', external_id: 'key' }),
    );
  });

  it('lead to the object that a text names; an empty cell links to nothing', async () => {
    await take(
      lines('n,account', 'one,a', 'two,'),
      specFor('opportunity', { note: 'n' }, { link: byAccount }),
    );
    expect(await rowsOf('opportunity', 'note, (select name from lead where id = t.lead_id) as lead')).toEqual(
      [
        { note: 'one', lead: 'Acme' },
        { note: 'two', lead: null },
      ],
    );
  });

  it('that name nothing or several objects reject their rows, each with its line and column', async () => {
    const report = await take(
      lines('n,account', 'one,a', 'two,b', 'three,t'),
      specFor('opportunity', { note: 'n' }, { link: byAccount }),
      true,
    );
    expect(report).toMatchObject({ imported: 1, rejectedRows: 2 });
    expect(report.rejects).toEqual([
      { line: 3, column: 'account', reason: 'there is no lead with external_id "b"' },
      { line: 4, column: 'account', reason: 'there are 2 leads with external_id "t"' },
    ]);
  });

  it("never find another organization's objects, by text or by id", async () => {
    const [lead] = await rowsOf('lead', 'id');
    const stranger = await createOrganization(db);
    const byText = await importText(
      db,
      stranger,
      lines('account', 'a'),
      specFor('task', {}, { link: byAccount }),
    );
    const byId = await importText(
      db,
      stranger,
      lines('account', encodeId('lead', String(lead?.id))),
      specFor('task', { lead_id: 'account' }),
    );
    expect([byText.committed, byId.committed]).toEqual([false, false]);
    expect(byId.rejects[0]?.reason).toMatch(/^there is no lead with id/);
  });

  it('create statuses that the data names: won and lost by their label, others of the first type', async () => {
    const link = [{ column: 'stage', field: 'status_id', key: 'label' }];
    const content = lines('n,stage', '1,Won', '2,Lost', '3,Engaging', '4,Won', '5,');
    const refused = await take(content, specFor('opportunity', { note: 'n' }, { link }));
    expect(refused.committed).toBe(false);
    const report = await take(content, specFor('opportunity', { note: 'n' }, { link, createMissing: true }));
    expect(report).toMatchObject({ imported: 5 });
    expect(report.created).toEqual([
      'opportunity status "Won"',
      'opportunity status "Lost"',
      'opportunity status "Engaging"',
    ]);
    expect(await rowsOf('opportunity_status', 'label, type')).toEqual([
      { label: 'Won', type: 'won' },
      { label: 'Lost', type: 'lost' },
      { label: 'Engaging', type: 'active' },
    ]);
  });

  it('create no leads: what people work on is imported by itself', async () => {
    const report = await take(
      lines('account', 'nobody'),
      specFor('opportunity', {}, { link: byAccount, createMissing: true }),
    );
    expect(report.committed).toBe(false);
    expect(await rowsOf('lead', 'id')).toHaveLength(3);
  });

  it('find users by their e-mail address in any case', async () => {
    await take(
      lines('owner', org.userEmail.toUpperCase()),
      specFor('opportunity', {}, { link: [{ column: 'owner', field: 'user_id', key: 'email' }] }),
    );
    expect(await rowsOf('opportunity', 'user_id')).toEqual([{ user_id: org.userId }]);
  });
});

describe('a bad file', () => {
  const bad = lines('name,stage,founded', 'A,New,1990', 'B,New,soon', 'C,New,2001');
  const spec = specFor(
    'lead',
    { name: 'name', 'custom.Founded': 'founded' },
    {
      link: [{ column: 'stage', field: 'status_id', key: 'label' }],
      type: new Map([['founded', 'number']]),
      createMissing: true,
    },
  );

  it('changes nothing: no row, no status, no custom field', async () => {
    const report = await take(bad, spec);
    expect(report).toMatchObject({ committed: false, imported: 0, rejectedRows: 1, rowsRead: 3 });
    expect(report.rejects[0]).toMatchObject({ line: 3, column: 'founded' });
    expect(report.rejects[0]?.reason).toMatch(/^"soon" is not a number/);
    expect(await rowsOf('lead', 'id')).toEqual([]);
    expect(await rowsOf('lead_status', 'id')).toEqual([]);
    expect(await rowsOf('custom_field', 'id')).toEqual([]);
  });

  it('gives its good rows when bad ones may be skipped', async () => {
    const report = await take(bad, spec, true);
    expect(report).toMatchObject({ committed: true, imported: 2, rejectedRows: 1 });
    expect((await rowsOf('lead', 'name')).map(({ name }) => name)).toEqual(['A', 'C']);
  });

  it('whose rows the database itself refuses loses just those', async () => {
    const rows = Array.from({ length: 250 }, (_, i) => `n${i},${i % 100 === 57 ? 200 : 50}`);
    const report = await take(
      lines('n,sure', ...rows),
      specFor('opportunity', { note: 'n', confidence: 'sure' }),
      true,
    );
    expect(report).toMatchObject({ imported: 248, rejectedRows: 2 });
    expect(report.rejects.map(({ line }) => line)).toEqual([59, 159]);
    expect(report.rejects[0]?.reason).toMatch(/^the database refuses it: .*confidence/);
  });

  it('is read no further when it is hopeless, and says so', async () => {
    const rows = Array.from({ length: 5000 }, () => 'x,soon');
    const report = await take(
      lines('n,sure', ...rows),
      specFor('opportunity', { note: 'n', confidence: 'sure' }),
    );
    expect(report).toMatchObject({ committed: false, gaveUp: true });
    expect(report.rowsRead).toBeLessThan(5000);
  });

  it('whose rows have too few or too many cells is told apart from one with empty cells', async () => {
    const report = await take(
      lines('name,url', 'A,', 'B', 'C,c.example,more', '"D', 'd",'),
      specFor('lead', { name: 'name', url: 'url' }),
      true,
    );
    expect(report).toMatchObject({ imported: 2, rejectedRows: 2 });
    expect(report.rejects).toEqual([
      { line: 3, column: null, reason: 'the row has 1 cells where the header has 2' },
      { line: 4, column: null, reason: 'the row has 3 cells where the header has 2' },
    ]);
  });
});

describe('a file that cannot be read', () => {
  const spec = specFor('lead', { name: 'name' });

  it.each([
    ['a broken quote', lines('name', 'A', '"B" x', 'C'), /not well-formed CSV.*line 3/],
    ['a quote that is never closed', lines('name', '"A', 'B'), /not well-formed CSV/],
    ['nothing in it', '', /is empty/],
    ['another encoding', Buffer.from('name\nM\xfcller\n', 'latin1'), /not utf-8 text/],
  ])(
    'because of %s is refused as a whole, even when bad rows may be skipped',
    async (_, content, message) => {
      await expect(importText(db, org, content, spec, { skipBad: true })).rejects.toThrow(message);
      expect(await rowsOf('lead', 'id')).toEqual([]);
    },
  );

  it('as UTF-8 is read in the encoding that it has', async () => {
    const content = Buffer.from('name\nM\xfcller\n', 'latin1');
    await importText(db, org, content, spec, { encoding: 'windows-1252' });
    expect(await rowsOf('lead', 'name')).toEqual([{ name: 'Müller' }]);
  });

  it('with commas is read with the separator that it has, a byte order mark and Windows line ends', async () => {
    const content = '\ufeffname;url\r\n"A;\r\nB";x.example\r\n';
    await importText(db, org, content, specFor('lead', { name: 'name', url: 'url' }), { delimiter: ';' });
    expect(await rowsOf('lead', 'name, url')).toEqual([{ name: 'A;\r\nB', url: 'x.example' }]);
  });
});

describe('a mapping that does not fit', () => {
  it('is refused with everything that is wrong with it, before a row is read', async () => {
    const wish = take(
      lines('name,owner', 'A,B'),
      specFor(
        'task',
        { text: 'title', colour: 'name', 'custom.X': 'name' },
        {
          link: [{ column: 'owner', field: 'text', key: 'name' }],
          when: [{ field: 'date', column: 'name', value: 'A' }],
          scale: new Map([['price', 100]]),
        },
      ),
    );
    await expect(wish).rejects.toThrow(/no column "title"/);
    await expect(wish).rejects.toThrow(/no field colour/);
    await expect(wish).rejects.toThrow(/tasks have no custom fields/);
    await expect(wish).rejects.toThrow(/text refers to nothing/);
    await expect(wish).rejects.toThrow(/every task needs lead_id/);
    await expect(wish).rejects.toThrow(/condition speaks of date/);
    await expect(wish).rejects.toThrow(/column "price"/);
  });

  it('names the objects that there are when it asks for another', async () => {
    await expect(take(lines('a', 'b'), specFor('users', { name: 'a' }))).rejects.toThrow(
      /no object "users".*lead, contact/,
    );
  });
});

it('A file of many batches is taken as a whole, in its order.', async () => {
  const rows = Array.from({ length: 2500 }, (_, i) => `n${i}`);
  const report = await take(lines('n', ...rows), specFor('lead', { name: 'n' }));
  expect(report).toMatchObject({ imported: 2500, rowsRead: 2500 });
  expect((await rowsOf('lead', 'name')).map(({ name }) => name)).toEqual(rows);
});
