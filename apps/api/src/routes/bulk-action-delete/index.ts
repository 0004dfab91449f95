import {
  ControlError,
  controlBulkDelete,
  createBulkDelete,
  isFinished,
  presentBulkDelete,
  previewBulkDelete,
  withWaiting,
} from '@winnow/bulk-delete';
import { decodeId, ID_PREFIX } from '@winnow/catalog';
import { type BulkDeleteRow, findBulkDelete, type JsonObject, listBulkDeletes } from '@winnow/db';
import { isPicked, type PickedFields, pickFields, readFields } from '@winnow/records';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiInstance } from '../../app-types.ts';
import { actorOf, assertScope, callerOf } from '../../caller.ts';
import { notFound, Refusal } from '../../refusal.ts';
import { mayBeMade, resourceIdOf } from '../../resource-id.ts';
import { refuseOtherFilters } from '../../wire/filters.ts';
import { FieldsQuery, PageQuery, presentPage, readPage, withOneMore } from '../../wire/paging.ts';
import { defineSchema, IdParams, pageOf, withBodyRefusals, withRefusals } from '../../wire/schemas.ts';
import { readTimeZone, TimeZoneHeaders } from '../../wire/time-zone.ts';
import type { ObjectRouteDeps } from '../objects/context.ts';
import { createSchema } from './body-schema.ts';
import { ControlRefusalSchema, ControlSchema } from './control-schema.ts';
import { registerExportRoute } from './export.ts';
import { presentSample } from './present-sample.ts';
import { readBulkDeleteRequest } from './read-body.ts';
import { registerResultsRoute } from './results.ts';
import { registerRetryRoute } from './retry.ts';
import { bulkDeleteSchema } from './schema.ts';

/** How long a client should wait before it asks again. Seconds. */
const POLL_AFTER_SECONDS = '1';
const PATH = '/bulk_action/delete/';
const ALL_FIELDS: PickedFields = { names: undefined };

/** What these routes are given once, at start. */
export interface BulkDeleteRouteDeps extends ObjectRouteDeps {
  /** What time it is: what "now" means in a query, and whether a preview token has expired. */
  readonly clock: () => Date;
}

/** Bulk deletes by a query: start or try one, list them, look at one (reference, 1.1). */
export function registerBulkDeleteRoutes(app: ApiInstance, deps: BulkDeleteRouteDeps): void {
  const { engine, clock } = deps;
  const { catalog, db } = engine;
  const answer = defineSchema(app, 'BulkDelete', bulkDeleteSchema(catalog));
  const tags = ['Bulk delete'];

  app.post(
    PATH,
    {
      config: { scope: 'delete' },
      schema: {
        tags,
        summary: 'Start a bulk delete, or try one with dry_run',
        headers: TimeZoneHeaders,
        body: createSchema(catalog),
        response: withBodyRefusals({ 200: answer }),
      },
    },
    async (request, reply) => {
      const { body } = request;
      const asked = readBulkDeleteRequest(body, {
        tzOffsetMinutes: readTimeZone(request.headers),
        askedAt: clock(),
      });
      if (body.archive === false) assertScope(callerOf(request), 'delete:permanent');
      const beginning = { id: resourceIdOf(request), mayBeMade: mayBeMade(request) };
      if (body.dry_run === true) {
        const { row, token } = await previewBulkDelete(engine, actorOf(request), asked, beginning);
        return { ...(await presentOne(deps, request, row, ALL_FIELDS)), preview_token: token };
      }
      const row = await createBulkDelete(engine, actorOf(request), asked, beginning);
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
      refuseOtherFilters(PageQuery, request.query);
      const page = readPage(request.query);
      const picked = readFields(request.query._fields);
      const rows = await listBulkDeletes(db, {
        organizationId: callerOf(request).organizationId,
        ...withOneMore(page),
      });
      return presentPage(await withWaiting(db, rows), page, (row) =>
        pickFields(presentBulkDelete(row, catalog), picked),
      );
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
      const [shown = row] = await withWaiting(db, [row]);
      return withRetryAfter(reply, row).send(await presentOne(deps, request, shown, picked));
    },
  );

  app.put(
    `${PATH}:id/`,
    {
      config: { scope: 'delete' },
      schema: {
        tags,
        summary: 'Pause, resume or cancel a bulk delete',
        params: IdParams,
        body: ControlSchema,
        response: withBodyRefusals({ 200: answer, 409: ControlRefusalSchema }),
      },
    },
    async (request, reply) => {
      const id = decodeId(ID_PREFIX.bulkDelete, request.params.id);
      const wanted = request.body.status;
      const row = id === undefined ? undefined : await control(engine, actorOf(request), { id, wanted });
      if (!row) throw notFound('bulk delete');
      return withRetryAfter(reply, row).send(presentBulkDelete(row, catalog));
    },
  );

  registerResultsRoute(app, deps);
  registerExportRoute(app, deps);
  registerRetryRoute(app, deps);
}

/** @throws Refusal 409 with the present status and what is allowed. */
async function control(...asked: Parameters<typeof controlBulkDelete>): Promise<BulkDeleteRow | undefined> {
  try {
    return await controlBulkDelete(...asked);
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    const { message, status, allowed } = error;
    throw new Refusal(409, { error: message, status, allowed });
  }
}

/** One bulk delete by itself: a dry run with the records that it found first. */
async function presentOne(
  deps: ObjectRouteDeps,
  request: FastifyRequest,
  row: BulkDeleteRow,
  picked: PickedFields,
): Promise<JsonObject> {
  const shown = pickFields(presentBulkDelete(row, deps.engine.catalog), picked);
  if (row.preview === null || !isPicked(picked, 'preview')) return shown;
  const sample = await presentSample(deps, request, row);
  return { ...shown, preview: { ...(shown.preview as JsonObject), sample } };
}

function withRetryAfter(reply: FastifyReply, row: BulkDeleteRow): FastifyReply {
  return isFinished(row.status) ? reply : reply.header('retry-after', POLL_AFTER_SECONDS);
}
