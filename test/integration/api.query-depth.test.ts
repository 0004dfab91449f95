import { QUERY_LIMITS } from '@winnow/query';
import { expect, it } from 'vitest';
import { createApi, createDatabase, createOrganization } from '../support/index.ts';
import { all, query, where } from '../support/query-json.ts';

/** A day written in short, which is a moment of its own when it is written out, under so many nodes. */
function nested(levels: number): unknown {
  let node: unknown = where('lead.date_created', { type: 'moment_range', gte: '2026-01-01' });
  for (let level = 2; level < levels; level += 1) node = all(node);
  return query('lead', node);
}

it('A query that is too deep only when it is written out is refused when it is sent, not when it is worked on.', async () => {
  const { db } = await createDatabase();
  const api = await createApi(db);
  const { apiKey } = await createOrganization(db);
  const post = (levels: number) =>
    api.call(apiKey, 'POST', '/api/v1/bulk_action/delete/', { body: { s_query: nested(levels) } });
  expect((await post(QUERY_LIMITS.depth - 1)).status).toBe(200);
  const refused = await post(QUERY_LIMITS.depth);
  expect(refused.status).toBe(400);
  expect(refused.text).toContain('Nested more than 64 levels deep.');
});
