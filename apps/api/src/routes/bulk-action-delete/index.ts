import { createBulkDelete, type EngineDeps, isFinished, presentBulkDelete } from '@winnow/bulk-delete';
import { decodeId, ID_PREFIX } from '@winnow/catalog';
import { type BulkDeleteRow, findBulkDelete, listBulkDeletes } from '@winnow/db';
import type { FastifyReply } from 'fastify';
import type { ApiInstance } from '../../app-types.ts';
import { actorOf, assertScope, callerOf } from '../../caller.ts';
import { notFound } from '../../refusal.ts';
import { FieldsQuery, PageQuery, presentPage, readPage, withOneMore } from '../../wire/paging.ts';
import { pickFields, readFields } from '../../wire/picked-fields.ts';
import { defineSchema, IdParams, pageOf, withBodyRefusals, withRefusals } from '../../wire/schemas.ts';
import { readTimeZone, TimeZoneHeaders } from '../../wire/time-zone.ts';
import { bulkDeleteSchema, createSchema } from './schema.ts';
import { assertSupportedKeys } from './unsupported-keys.ts';

/** How long a client should wait before it asks again. Seconds. */
const POLL_AFTER_SECONDS = '1';
const PATH = '/bulk_action/delete/';

/** Bulk deletes by a query: start one, list them, look at one (reference, 1.1). */
export function registerBulkDeleteRoutes(
  app: ApiInstance,
  { engine }: { readonly engine: EngineDeps },
): void {
  const { catalog, db } = engine;
  const answer = defineSchema(app, 'BulkDelete', bulkDeleteSchema(catalog));
  const tags = ['Bulk delete'];

  app.post(
    PATH,
    {
      config: { scope: 'delete' },
      schema: {
        tags,
        summary: 'Start a bulk delete',
        headers: TimeZoneHeaders,
        body: createSchema(catalog),
        response: withBodyRefusals({ 200: answer }),
      },
    },
    async (request, reply) => {
      const { body } = request;
      assertSupportedKeys(body);
      if (body.archive === false) assertScope(callerOf(request), 'delete:permanent');
      const row = await createBulkDelete(engine, actorOf(request), {
        sQuery: body.s_query,
        sort: body.sort ?? null,
        resultsLimit: body.results_limit ?? null,
        sendDoneEmail: body.send_done_email ?? true,
        matchAll: body.match_all ?? false,
        archive: body.archive ?? true,
        ...(body.bulk_object_type === undefined ? {} : { bulkObjectType: body.bulk_object_type }),
        tzOffsetMinutes: readTimeZone(request.headers),
      });
      return withRetryAfter(reply, row).send(presentBulkDelete(row, catalog));
    },
  );

  app.get(
    PATH,
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'List bulk deletes, newest first',
        querystring: PageQuery,
        response: withRefusals({ 200: pageOf(answer) }),
      },
    },
    async (request) => {
      const page = readPage(request.query);
      const picked = readFields(request.query._fields);
      const rows = await listBulkDeletes(db, {
        organizationId: callerOf(request).organizationId,
        ...withOneMore(page),
      });
      return presentPage(rows, page, (row) => pickFields(presentBulkDelete(row, catalog), picked));
    },
  );

  app.get(
    `${PATH}:id/`,
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Look at one bulk delete',
        params: IdParams,
        querystring: FieldsQuery,
        response: withRefusals({ 200: answer }),
      },
    },
    async (request, reply) => {
      const id = decodeId(ID_PREFIX.bulkDelete, request.params.id);
      const { organizationId } = callerOf(request);
      const row = id === undefined ? undefined : await findBulkDelete(db, { organizationId, id });
      if (!row) throw notFound('bulk delete');
      const picked = readFields(request.query._fields);
      return withRetryAfter(reply, row).send(pickFields(presentBulkDelete(row, catalog), picked));
    },
  );
}

function withRetryAfter(reply: FastifyReply, row: BulkDeleteRow): FastifyReply {
  return isFinished(row.status) ? reply : reply.header('retry-after', POLL_AFTER_SECONDS);
}
