import { walkArchived } from '@winnow/bulk-delete';
import { encodeId, ID_PREFIX } from '@winnow/catalog';
import type { ApiInstance } from '../../app-types.ts';
import { invalid } from '../../refusal.ts';
import { refuseOtherFilters } from '../../wire/filters.ts';
import { sendLines } from '../../wire/ndjson.ts';
import { ARCHIVE_EXPIRED, IdParams, refTo, withRefusals } from '../../wire/schemas.ts';
import { loadContext, type ObjectRouteDeps } from '../objects/context.ts';
import { findAsked } from './find-asked.ts';
import { ExportAnswer, ExportQuery } from './results-schema.ts';

/** The records that a bulk delete has taken, as they were. */
export function registerExportRoute(app: ApiInstance, deps: ObjectRouteDeps): void {
  const { db } = deps.engine;

  app.get(
    '/bulk_action/delete/:id/export/',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Bulk delete'],
        summary: 'Download the deleted records as lines (NDJSON)',
        params: IdParams,
        querystring: ExportQuery,
        response: withRefusals({ 200: ExportAnswer, 410: refTo('Error', ARCHIVE_EXPIRED) }),
      },
    },
    async (request, reply) => {
      refuseOtherFilters(ExportQuery, request.query);
      const row = await findAsked(db, request, request.params.id);
      if (row.dry_run) throw invalid({}, ['There is nothing to export: this was a dry run.']);
      if (!row.archive) {
        throw invalid({}, ['There is nothing to export: this bulk delete was told not to keep an archive.']);
      }
      const context = await loadContext(deps, request);
      const includeChildren = request.query.include_children === 'true';
      const name = encodeId(ID_PREFIX.bulkDelete, row.id);
      reply.header('content-disposition', `attachment; filename="${name}.ndjson"`);
      return sendLines(request, reply, walkArchived({ db, context }, row, { includeChildren }));
    },
  );
}
