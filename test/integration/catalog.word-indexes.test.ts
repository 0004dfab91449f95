import { CRM_CATALOG, newId, type ObjectType } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileJson } from '../support/compiled-query.ts';
import { createDatabase, createOrganization, insertRow } from '../support/index.ts';
import { query, where, text as words } from '../support/query-json.ts';

/** Tables with a handful of rows for an organization: reading all of them is the fastest way. */
const SMALL = ['campaign', 'lead_status', 'opportunity_status', 'pipeline'];
/** Up to here texts count. */
const MAX_CHARACTERS = 250_000;

let db: Db;
let indexes: readonly string[];
beforeAll(async () => {
  ({ db } = await createDatabase());
  const { rows } = await sql<{ indexdef: string }>`
    select indexdef from pg_indexes where schemaname = 'public' and indexdef like '% USING gin %'
  `.execute(db);
  indexes = rows.map(({ indexdef }) => indexdef);
});

const large = Object.values(CRM_CATALOG.objectTypes).filter(({ table }) => !SMALL.includes(table));
const textColumns: readonly (readonly [string, ObjectType, string])[] = large.flatMap((type) =>
  Object.values(type.fields)
    .filter(({ kind, searchable }) => (kind === 'text' || kind === 'time_zone') && searchable)
    .flatMap(({ name, source }) =>
      source.from === 'column' ? [[`${type.name}.${name}`, type, source.column] as const] : [],
    ),
);

describe('an index of words', () => {
  it.each(textColumns)('serves %s', (_, type, column) => {
    const own = indexes.filter(
      (definition) =>
        definition.includes(` ON public.${type.table} `) &&
        (type.typeValue === undefined
          ? !definition.includes(' WHERE ')
          : definition.endsWith(`WHERE (type = '${type.typeValue}'::text)`)),
    );
    expect(own.join('\n')).toContain(`winnow_tsvector(${column})`);
  });

  it.each(Object.values(CRM_CATALOG.tables).filter(({ customColumn }) => customColumn !== undefined))(
    'serves the custom values of $name',
    ({ name }) => {
      const wanted = new RegExp(
        ` ON public\\.${name} .*winnow_custom_tsvector\\(custom\\).* WHERE \\(custom <> `,
      );
      expect(indexes.filter((definition) => wanted.test(definition))).toHaveLength(1);
    },
  );

  it('serves a question about several columns of a table at once', async () => {
    const { rows } = await sql<{ 'QUERY PLAN': string }>`
      explain select id from lead as t0
      where winnow_tsvector(t0.name) @@ winnow_all_words('acme')
         or winnow_tsvector(t0.url) @@ winnow_all_words('acme')
         or t0.custom <> '{}' and winnow_custom_tsvector(t0.custom) @@ winnow_all_words('acme')
    `.execute(db);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan.match(/Bitmap Index Scan on lead_words/g)).toHaveLength(2);
    expect(plan).toMatch(/Bitmap Index Scan on lead_custom_words/);
  });
});

it('an address is found by words of all its parts together, by an index', async () => {
  const node = query('address', where('address.location', words('full_words', 'main gotham')));
  const { from, where: condition } = compileJson(node, { tenantId: newId() });
  await db.transaction().execute(async (trx) => {
    // An empty table is read whole otherwise, or by its organization.
    await sql`drop index address_organization_id`.execute(trx);
    const { rows } = await sql<{
      'QUERY PLAN': string;
    }>`explain select id from ${from} where ${condition}`.execute(trx);
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Bitmap Index Scan on address_words/);
  });
});

async function wordsOf(custom: unknown): Promise<string | undefined> {
  const { rows } = await sql<{ words: string }>`
    select array_to_string(tsvector_to_array(winnow_custom_tsvector(${JSON.stringify(custom)}::jsonb)), ' ') as words
  `.execute(db);
  return rows[0]?.words;
}

describe('the words of custom values', () => {
  it.each([
    [{ b: 'Ünï, code', a: ['x-ray', 3, null, { deep: 'no' }], c: 5, d: true, e: null }, 'code ray uni x'],
    [{ a: '' }, ''],
    [{ a: '!?' }, ''],
    [{}, ''],
    [[], ''],
    [['a', { b: 'c' }], 'c'],
    ['text', ''],
    [null, ''],
    [7, ''],
  ])('of %j are %j', async (custom, words) => {
    expect(await wordsOf(custom)).toBe(words);
  });

  it('are those of the first values where there are too many', async () => {
    const words = await wordsOf({ a: 'first', b: 'x '.repeat(MAX_CHARACTERS), c: 'last' });
    expect(words).toBe('first x');
  });
});

/** Letters that decompose into six, in words that all differ: as many bytes of words as can be made. */
function widest(): string {
  const letter = (n: number) => String.fromCodePoint(0x3316 + (n % 4));
  const word = (n: number) => [0, 2, 4, 6, 8, 10, 12, 14, 16].map((shift) => letter(n >> shift)).join('');
  return Array.from({ length: MAX_CHARACTERS / 10 }, (_, n) => word(n)).join(' ');
}

it.each([
  ['a text whose letters become many', widest],
  ['a word of any length', () => 'ä'.repeat(MAX_CHARACTERS * 2)],
  ['a text of any length', () => 'all good words '.repeat(MAX_CHARACTERS)],
])('%s can be stored, by itself and in a custom value', async (_, make) => {
  const { organizationId: organization_id } = await createOrganization(db);
  const text = make();
  const custom = JSON.stringify({ a: text, b: [text, text] });
  const id = await insertRow(db, 'lead', { organization_id, name: text, custom });
  const { rows } = await sql<{ id: string }>`
    select id from lead where winnow_tsvector(name) = winnow_custom_tsvector(custom) and id = ${id}
  `.execute(db);
  expect(rows).toEqual([{ id }]);
});
