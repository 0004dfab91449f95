import { CRM_CATALOG } from '@winnow/catalog';
import type { JsonObject } from '@winnow/db';
import { describe, expect, it } from 'vitest';
import { type BulkDeleteDone, writeBulkDeleteDone } from './bulk-delete-done.ts';
import { renderLetter } from './render-letter.ts';

const bulkDelete: JsonObject = {
  id: 'bulkdelete_1',
  bulk_object_type: 'lead',
  status: 'done',
  s_query: {
    type: 'and',
    queries: [
      { type: 'object_type', object_type: 'lead' },
      {
        type: 'field_condition',
        field: { type: 'regular_field', object_type: 'lead', field_name: 'name' },
        condition: { type: 'text', mode: 'full_words', value: 'ACME Inc.' },
      },
    ],
  },
  query_in_words: 'leads whose name contains the words “ACME Inc.”',
  results_limit: 5000,
  n_objects: 2478,
  n_objects_deleted: 2473,
  n_objects_not_found: 2,
  n_objects_failed: 3,
  deleted_counts: { lead: 2473, contact: 4100, 'activity.call': 12_000, task: 0 },
  date_created: '2026-11-22T14:00:00.000000+00:00',
  date_started: '2026-11-22T14:00:10.000000+00:00',
  date_finished: '2026-11-22T14:01:22.500000+00:00',
  error_message: null,
};
const done: BulkDeleteDone = {
  bulkDelete,
  reader: { name: 'Ada Lovelace', email: 'ada@example.com' },
  failures: [{ code: '55P03', message: 'another transaction held it', nObjects: 3 }],
  url: 'https://winnow.example/api/v1/bulk_action/delete/bulkdelete_1/',
};
const render = (changes: JsonObject = {}, more: Partial<BulkDeleteDone> = {}) =>
  renderLetter(
    writeBulkDeleteDone({ ...done, ...more, bulkDelete: { ...bulkDelete, ...changes } }, CRM_CATALOG),
  );

describe('the done e-mail', () => {
  it('says in its subject how it went', () => {
    expect(render().subject).toBe('Bulk delete finished with failures: 2,473 leads deleted');
    expect(render({ n_objects_failed: 0 }).subject).toBe('Bulk delete finished: 2,473 leads deleted');
    expect(render({ status: 'error', error_message: 'no such field' }).subject).toBe(
      'Bulk delete stopped by an error: 2,473 leads deleted',
    );
  });

  it('says as text what was asked, by whom, every count, the children, the time, the failures and where to look', () => {
    expect(render().text).toBe(`Bulk delete finished with failures

2,473 leads deleted, 2 no longer there, 3 could not be deleted.

Asked for:    The first 5,000 of the leads whose name contains the words “ACME Inc.”
Asked by:     Ada Lovelace <ada@example.com>
Asked on:     22 Nov 2026, 14:00 UTC
Status:       done
Found:        2,478 leads
Deleted:      2,473 leads
Already gone: 2 leads
Failed:       3 leads
Took:         1 min 12 s (until 22 Nov 2026, 14:01 UTC)
Bulk delete:  bulkdelete_1

Deleted with them
  - 12,000 calls
  - 4,100 contacts

Why objects failed
  - 3 leads: another transaction held it

The query
${JSON.stringify(bulkDelete.s_query, null, 2).replace(/^/gm, '  ')}

Look at this bulk delete: https://winnow.example/api/v1/bulk_action/delete/bulkdelete_1/

-- 
You get this e-mail because you started this bulk delete and did not set send_done_email to false.
`);
  });

  it('says in HTML everything that the text says', () => {
    const { html, subject } = render();
    const escaped = [
      'Ada Lovelace &lt;ada@example.com&gt;',
      '12,000 calls',
      '3 leads: another transaction held it',
    ];
    const facts = [
      '2,478 leads',
      '2,473 leads',
      '2 leads',
      '3 leads',
      '1 min 12 s',
      'ACME Inc.',
      `<title>${subject}</title>`,
    ];
    for (const part of [...escaped, ...facts, `href="${done.url}"`]) expect(html).toContain(part);
  });

  it('escapes everything a client could have chosen, in names, queries, reasons and links', () => {
    const evil = `<script>alert("1")</script><img src=x onerror='a&b'>`;
    const { html } = render(
      {
        s_query: { type: 'id', value: evil },
        query_in_words: evil,
        error_message: evil,
        status: 'error',
        bulk_object_type: evil,
      },
      {
        reader: { name: evil, email: evil },
        failures: [{ code: 'X', message: evil, nObjects: 1 }],
        url: `https://winnow.example/"${evil}`,
      },
    );
    expect(html).not.toMatch(/<script|<img|onerror='/);
    const tags = new Set([...html.matchAll(/<\/?([a-z0-9]+)/g)].map(([, tag]) => tag));
    expect([...tags].sort()).toEqual(
      [
        'a',
        'body',
        'div',
        'h1',
        'h2',
        'head',
        'html',
        'li',
        'meta',
        'p',
        'pre',
        'table',
        'td',
        'th',
        'title',
        'tr',
        'ul',
      ].sort(),
    );
    expect(html).toContain(
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&lt;img src=x onerror=&#39;a&amp;b&#39;&gt;',
    );
  });

  it('gives the reason of an error, and does not invent counts of a query that was never resolved', () => {
    const { text } = render({
      status: 'error',
      error_message: 'canceling statement due to statement timeout',
      n_objects: null,
      n_objects_deleted: 0,
      n_objects_not_found: 0,
      n_objects_failed: 0,
      deleted_counts: {},
    });
    expect(text).toContain(
      '0 leads had been deleted when it stopped: canceling statement due to statement timeout',
    );
    expect(text).toMatch(/Found: +not known/);
    expect(text).toMatch(/Reason: +canceling statement/);
    expect(text).not.toContain('Deleted with them');
  });

  it.each([
    ['leads whose name is “a”', null, 'Leads whose name is “a”'],
    ['all leads', null, 'All leads'],
    ['all leads', 5, 'The first 5 of all leads'],
    ['leads whose name is “a”', 0, 'The first 0 of the leads whose name is “a”'],
  ])('says "%s" with a results_limit of %s as "%s"', (query_in_words, results_limit, said) => {
    expect(render({ query_in_words, results_limit }).text).toMatch(new RegExp(`Asked for: +${said}$`, 'm'));
  });

  it('points to the query where there are no words, and cuts a query of great length', () => {
    const { text } = render({
      results_limit: null,
      query_in_words: null,
      s_query: { type: 'saved_search', saved_search_id: 'x'.repeat(10_000) },
    });
    expect(text).toMatch(/Asked for: +Leads that the query below finds/);
    expect(text).toContain('… (cut here)');
    expect(text.length).toBeLessThan(6_000);
  });

  it('says one of a single object, and does not count the objects themselves as children', () => {
    const { text } = render({
      bulk_object_type: 'call',
      n_objects_deleted: 1,
      deleted_counts: { 'activity.call': 1 },
      n_objects_failed: 0,
    });
    expect(text).toMatch(/Deleted: +1 call$/m);
    expect(text).not.toContain('Deleted with them');
  });
});
