import { listResults, walkResults } from '@winnow/bulk-delete';
import type { ApiInstance } from '../../app-types.ts';
import { refuseOtherFilters } from '../../wire/filters.ts';
import { sendLines, wantsLines } from '../../wire/ndjson.ts';
import { ARCHIVE_EXPIRED, defineSchema, IdParams, refTo, withRefusals } from '../../wire/schemas.ts';
import type { ObjectRouteDeps } from '../objects/context.ts';
import { findAsked } from './find-asked.ts';
import { readResultsCursor, writeResultsCursor } from './results-cursor.ts';
import { DEFAULT_RESULTS, ResultSchema, ResultsQuery, resultsAnswer } from './results-schema.ts';

/** Results that one statement reads for an answer in lines. */
const BATCH = 1000;

/** What became of each record of a bulk delete. */
export function registerResultsRoute(app: ApiInstance, { engine }: ObjectRouteDeps): void {
  const { db } = engine;
  const result = defineSchema(app, 'BulkDeleteResult', ResultSchema);

  app.get(
    '/bulk_action/delete/:id/results/',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Bulk delete'],
        summary: 'See what became of each record, in parts or as lines (NDJSON)',
        params: IdParams,
        querystring: ResultsQuery,
        response: withRefusals({ 200: resultsAnswer(result), 410: refTo('Error', ARCHIVE_EXPIRED) }),
      },
    },
    async (request, reply) => {
      refuseOtherFilters(ResultsQuery, request.query);
      const { outcome = null, include_children, _limit: limit = DEFAULT_RESULTS, _cursor } = request.query;
      const row = await findAsked(db, request, request.params.id);
      const after = readResultsCursor(row.id, _cursor);
      const ask = { outcome, includeChildren: include_children === 'true', after };
      reply.header('vary', 'accept');
      if (wantsLines(request)) {
        return sendLines(request, reply, resultsOf(walkResults(engine, row, { ...ask, batch: BATCH })));
      }
      const { results, next } = await listResults(engine, row, { ...ask, limit });
      return reply.send({ data: results, cursor_next: writeResultsCursor(row.id, next) });
    },
  );
}

async function* resultsOf(walk: ReturnType<typeof walkResults>): AsyncGenerator<object, void, undefined> {
  for await (const { result } of walk) yield result;
}
