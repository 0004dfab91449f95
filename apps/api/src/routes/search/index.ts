import { Type } from '@sinclair/typebox';
import { type SearchDeps, search, type Tokens } from '@winnow/search';
import type { ApiInstance } from '../../app-types.ts';
import { callerOf } from '../../caller.ts';
import { invalid } from '../../refusal.ts';
import { defineSchema, refTo, withBodyRefusals } from '../../wire/schemas.ts';
import { readTimeZone, TimeZoneHeaders } from '../../wire/time-zone.ts';
import { loadContext, type ObjectRouteDeps } from '../objects/context.ts';
import { readPickedByType } from './picked-by-type.ts';
import { readItems } from './read-items.ts';
import { defaultLimit, SearchAnswerSchema, searchSchema } from './schema.ts';

const IS_BULK_BODY =
  'This is the body of a bulk delete. A search takes the same tree as "query": {"query": {"type": "and", "queries": […]}}.';
const IS_TEXT =
  'A search takes a tree: {"type": "and", "queries": […]}. Queries in the text language are taken by the lists, as "query".';

/** Search by a query (reference, 2.7): page by page, with counts, with the fields that are asked for. */
export function registerSearchRoute(
  app: ApiInstance,
  deps: ObjectRouteDeps & { readonly tokens: Tokens },
): void {
  const { catalog, db } = deps.engine;
  const searchDeps: SearchDeps = { db, tokens: deps.tokens, settings: deps.search };
  const answer = defineSchema(app, 'SearchAnswer', SearchAnswerSchema);
  app.post(
    '/data/search/',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Search'],
        summary: 'Find objects by a query, and count them',
        headers: TimeZoneHeaders,
        body: searchSchema(catalog),
        response: withBodyRefusals({
          200: answer,
          // Close answers an expired cursor in another shape.
          400: Type.Union([refTo('Invalid'), refTo('Error')], {
            description: 'Something in the request is wrong, or the cursor has expired.',
          }),
        }),
      },
    },
    async (request) => {
      const { body } = request;
      assertQuery(body);
      const context = await loadContext(deps, request);
      const { organizationId, userId } = callerOf(request);
      const picked = readPickedByType(context, body._fields ?? {});
      const { items, cursor, count } = await search(
        searchDeps,
        { catalog, organizationId, userId },
        {
          tree: body.query,
          treePath: 'query',
          sort: body.sort ?? null,
          limit: body._limit ?? defaultLimit,
          resultsLimit: body.results_limit ?? null,
          includeCounts: body.include_counts ?? false,
          // Clients send an empty one for the first page (reference, 4.3).
          cursor: body.cursor || null,
          tzOffsetMinutes: readTimeZone(request.headers),
          at: deps.clock(),
        },
        (trx, objects) => readItems(trx, context, objects, picked),
      );
      return { data: items, cursor, ...(count === undefined ? {} : { count }) };
    },
  );
}

/** What people send in place of a search's query (reference, 1.6). @throws Refusal 400 with the right form. */
function assertQuery(body: Readonly<Record<string, unknown>>): void {
  if (isGiven(body, 's_query')) throw invalid({ s_query: IS_BULK_BODY });
  if (!isGiven(body, 'query')) throw invalid({ query: 'This field is required.' });
  if (typeof body.query === 'string') throw invalid({ query: IS_TEXT });
}

function isGiven(body: Readonly<Record<string, unknown>>, key: string): boolean {
  return Object.hasOwn(body, key) && body[key] !== undefined && body[key] !== null;
}
