import { readFile } from 'node:fs/promises';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createApi,
  createDatabase,
  createOrganization,
  fieldErrors,
  itemsOf,
  LIBRARY_CATALOG,
  PUBLIC_URL,
  type TestApi,
  type TestOrganization,
  textOf,
} from '../support/index.ts';

let db: Db;
let api: TestApi;
let org: TestOrganization;
beforeAll(async () => {
  ({ db } = await createDatabase());
  await sql
    .raw(await readFile(new URL('../support/library-catalog.sql', import.meta.url), 'utf8'))
    .execute(db);
  api = await createApi(db, { catalog: LIBRARY_CATALOG });
});
beforeEach(async () => {
  org = await createOrganization(db);
});

const get = (path: string) => api.call(org.apiKey, 'GET', `/api/v1/${path}`);
const post = (path: string, body: unknown) => api.call(org.apiKey, 'POST', `/api/v1/${path}`, { body });

describe('With a catalog that has nothing to do with a CRM, the same routes', () => {
  it('write and show an object with what is inside it, with the ids of what has a URL.', async () => {
    const author = await post('author/', {
      name: 'Ursula',
      born: '1929-10-21',
      books: [{ title: 'The Dispossessed', pages: 341, in_print: true }, { title: 'Lavinia' }],
    });
    const id = textOf(author, 'id');
    expect(author.body).toEqual({
      id,
      organization_id: expect.stringMatching(/^orga_/),
      html_url: `${PUBLIC_URL}/api/v1/author/${id}/`,
      name: 'Ursula',
      born: '1929-10-21',
      book_ids: [expect.stringMatching(/^book_/), expect.stringMatching(/^book_/)],
      books: [
        {
          id: expect.stringMatching(/^book_/),
          organization_id: author.body.organization_id,
          author_id: id,
          author_name: 'Ursula',
          title: 'The Dispossessed',
          pages: 341,
          published: null,
          in_print: true,
        },
        expect.objectContaining({ title: 'Lavinia', pages: null, in_print: null }),
      ],
    });
    expect((await get(`author/${id}/`)).body).toEqual(author.body);
    expect(itemsOf(await get('author/'))).toEqual([author.body]);
    expect((await get(`author/${id}?_fields=books_count`)).body).toEqual({ books_count: 2 });
  });

  it('change, check and delete.', async () => {
    const author = textOf(await post('author/', { name: 'A', books: [{ title: 'B' }] }), 'id');
    const book = itemsOf(await get('book/'))[0]?.id;
    const loan = textOf(await post('loan/', { book_id: book, due: '2026-01-01' }), 'id');
    const review = textOf(await post('review/', { book_id: book, body: 'fine' }), 'id');
    const renamed = await api.call(org.apiKey, 'PUT', `/api/v1/author/${author}/`, { body: { name: 'C' } });
    expect(renamed.body).toMatchObject({ name: 'C', born: null });
    expect(fieldErrors(await post('book/', { pages: 2 ** 31, title: 'x', author_id: author }))).toEqual({
      pages: 'This number is too large.',
    });
    expect(fieldErrors(await post('author/', { books: [{}] }))).toEqual({
      name: 'This field is required.',
      'books[0].title': 'This field is required.',
    });
    const gone = await api.call(org.apiKey, 'DELETE', `/api/v1/author/${author}/`);
    expect(gone.text).toBe('{}');
    for (const path of [`author/${author}`, `book/${book}`, `loan/${loan}`]) {
      expect((await get(path)).status).toBe(404);
    }
    expect((await get(`review/${review}/`)).body).toMatchObject({ book_id: null, body: 'fine' });
  });

  it("never show or take another organization's.", async () => {
    const other = await createOrganization(db);
    const theirs = (
      await api.call(other.apiKey, 'POST', '/api/v1/author/', {
        body: { name: 'A', books: [{ title: 'B' }] },
      })
    ).body;
    expect((await get(`author/${theirs.id}/`)).status).toBe(404);
    expect(itemsOf(await get('author/'))).toEqual([]);
    expect(fieldErrors(await post('book/', { title: 'x', author_id: theirs.id }))).toEqual({
      author_id: 'There is no author with this id.',
    });
    expect((await api.call(org.apiKey, 'DELETE', `/api/v1/author/${theirs.id}/`)).status).toBe(404);
    expect((await api.call(other.apiKey, 'GET', `/api/v1/author/${theirs.id}/`)).status).toBe(200);
  });

  it('start a bulk delete.', async () => {
    const answer = await post('bulk_action/delete/', {
      match_all: true,
      s_query: { type: 'object_type', object_type: 'writer' },
    });
    expect(answer.body).toMatchObject({ bulk_object_type: 'author', status: 'created' });
  });

  it('are described without a word of the CRM.', () => {
    const document = api.app.swagger();
    expect(Object.keys(document.paths ?? {})).toContain('/api/v1/author/{id}/');
    const text = JSON.stringify(document).replaceAll(/n_leads\w*/g, '');
    expect(text).not.toMatch(/lead|contact|opportunit|activit/i);
  });

  it('do not know the tables of the CRM, nor its custom fields.', async () => {
    expect((await get('lead/')).status).toBe(404);
    expect((await get('custom_field/lead/')).status).toBe(404);
    expect((await post('author/', { name: 'A', 'custom.cf_0351xg1euRxkKaxaiJxEHV': 1 })).status).toBe(400);
  });
});
