import { readFile } from 'node:fs/promises';
import { newId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileJson, type QueryInput } from '../support/compiled-query.ts';
import { createDatabase, insertRow, LIBRARY_CATALOG } from '../support/index.ts';
import {
  about,
  at,
  between,
  exists,
  isTrue,
  not,
  numbers,
  query,
  reference,
  related,
  term,
  text,
  where,
} from '../support/query-json.ts';

const BRANCHES = [newId(), newId()] as const;

let db: Db;
let austen: string;

beforeAll(async () => {
  ({ db } = await createDatabase());
  await sql
    .raw(await readFile(new URL('../support/library-catalog.sql', import.meta.url), 'utf8'))
    .execute(db);
  for (const branch_id of BRANCHES) {
    const insert = (table: string, row: object) => insertRow(db, `library.${table}`, { branch_id, ...row });
    const author_id = await insert('author', { name: 'Jane Austen', born: '1775-12-16' });
    if (branch_id === BRANCHES[0]) austen = author_id;
    await insert('author', { name: 'Émile Zola' });
    const emma = await insert('book', {
      author_id,
      title: 'Emma',
      pages: 474,
      published: '1815-12-23',
      in_print: true,
    });
    await insert('book', { author_id, title: 'Sanditon', in_print: false });
    await insert('loan', { book_id: emma, due: '2026-04-01' });
    await insert('review', { book_id: emma, body: 'Clever, handsome and rich.' });
    await insert('review', { body: 'About a book that is gone' });
  }
});

/** What a query finds in the first branch, as the text of a column. */
async function find(column: string, json: unknown, sort: unknown = []): Promise<readonly string[]> {
  const input: QueryInput = {
    catalog: LIBRARY_CATALOG,
    tenantId: BRANCHES[0],
    customFields: new Map(),
    sort,
  };
  const { from, where: condition, orderBy } = compileJson(json, input);
  const select = sql<{ value: string }>`
    select ${sql.id('t0', column)}::text as value from ${from} where ${condition} order by ${sql.join(orderBy)}
  `;
  return (await select.execute(db)).rows.map(({ value }) => value);
}

describe('the query language on a catalog that is no CRM', () => {
  it.each([
    ['text', 'author.name', text('full_words', 'emile'), ['Émile Zola']],
    ['exists', 'author.born', exists, ['Jane Austen']],
    ['a date', 'author.born', between(null, at('1800-01-01T00:00:00Z')), ['Jane Austen']],
    ['a count', 'author.books_count', numbers({ gte: 2 }), ['Jane Austen']],
  ])('finds by %s', async (_, field, condition, expected) => {
    expect(await find('name', query('author', where(field, condition)))).toEqual(expected);
  });

  it('finds by reference, boolean, number and a looked-up field', async () => {
    const books = (field: string, condition: Readonly<Record<string, unknown>>) =>
      find('title', query('book', where(field, condition)));
    expect(await books('book.author_id', reference('author', austen))).toEqual(['Emma', 'Sanditon']);
    expect(await books('book.in_print', isTrue(false))).toEqual(['Sanditon']);
    expect(await books('book.pages', numbers({ gt: 473.5, lt: 474.5 }))).toEqual(['Emma']);
    expect(await books('book.author_name', term('Jane Austen'))).toEqual(['Emma', 'Sanditon']);
    expect(await books('book.author_name', term('Emma'))).toEqual([]);
  });

  it('finds by related objects, in both directions and through several', async () => {
    const onLoan = related('book > loan', where('loan.due', exists));
    expect(await find('name', query('writer', related('writer > book', onLoan)))).toEqual(['Jane Austen']);
    expect(await find('title', query('book', not(onLoan)))).toEqual(['Sanditon']);
    const ofAusten = related(
      'review > book',
      related('book > author', where('author.name', text('phrase', 'jane austen'))),
    );
    expect(await find('body', query('review', ofAusten))).toEqual(['Clever, handsome and rich.']);
    expect(await find('body', query('review', not(ofAusten)))).toEqual(['About a book that is gone']);
  });

  it('sorts, and takes books without pages last', async () => {
    const by = (direction: string) => [
      { direction, field: { type: 'regular_field', object_type: 'book', field_name: 'pages' } },
    ];
    expect(await find('title', about('book'), by('asc'))).toEqual(['Emma', 'Sanditon']);
    expect(await find('title', about('book'), by('desc'))).toEqual(['Emma', 'Sanditon']);
  });
});
