import { Type } from '@sinclair/typebox';
import {
  ControlError,
  controlBulkUndo,
  createBulkUndo,
  isUndoFinished,
  presentBulkUndo,
  presentUndoConflict,
  previewUndo,
  UndoError,
  withWaiting,
} from '@winnow/bulk-delete';
import { decodeId, ID_PREFIX } from '@winnow/catalog';
import { type BulkUndoRow, findBulkUndo, listBulkUndos, listUndoConflicts } from '@winnow/db';
import { pickFields, readFields } from '@winnow/records';
import type { FastifyReply } from 'fastify';
import type { ApiInstance } from '../../app-types.ts';
import { actorOf, callerOf } from '../../caller.ts';
import { notFound, Refusal } from '../../refusal.ts';
import { resourceIdOf } from '../../resource-id.ts';
import { refuseOtherFilters } from '../../wire/filters.ts';
import { BODY_MAY_BE_LEFT_OUT } from '../../wire/optional-body.ts';
import { FieldsQuery, PageQuery, presentPage, readPage, withOneMore } from '../../wire/paging.ts';
import {
  ARCHIVE_EXPIRED,
  defineSchema,
  IdParams,
  pageOf,
  refTo,
  withBodyRefusals,
  withRefusals,
} from '../../wire/schemas.ts';
import { ControlRefusalSchema, ControlSchema } from '../bulk-action-delete/control-schema.ts';
import type { ObjectRouteDeps } from '../objects/context.ts';
import { presentUndoPreview } from './present-preview.ts';
import {
  BulkUndoSchema,
  UndoBody,
  UndoConflictSchema,
  UndoPreviewSchema,
  UndoRefusalSchema,
} from './schema.ts';

/** How long a client should wait before it asks again. Seconds. */
const POLL_AFTER_SECONDS = '1';
const PATH = '/bulk_action/undo/';

const UndosQuery = Type.Composite([
  PageQuery,
  Type.Object({ bulk_delete_id: Type.Optional(Type.String({ description: 'Only of this one.' })) }),
]);

/** Undos: ask for one, try one, list them, look at one, its conflicts, pause, resume, cancel. Our addition to Close. */
export function registerBulkUndoRoutes(app: ApiInstance, { engine }: Pick<ObjectRouteDeps, 'engine'>): void {
  const { catalog, db } = engine;
  const answer = defineSchema(app, 'BulkUndo', BulkUndoSchema);
  const preview = defineSchema(app, 'BulkUndoPreview', UndoPreviewSchema);
  const tags = ['Undo'];

  app.post(
    '/bulk_action/delete/:id/undo/',
    {
      config: { scope: 'delete' },
      // Nothing has to be said: no body is an empty one.
      preValidation: async (request) => {
        request.body ??= {};
      },
      schema: {
        tags,
        summary: 'Undo a bulk delete, or try it with dry_run',
        ...BODY_MAY_BE_LEFT_OUT,
        params: IdParams,
        body: UndoBody,
        response: withBodyRefusals({
          200: Type.Union([answer, preview]),
          409: UndoRefusalSchema,
          410: refTo('Error', ARCHIVE_EXPIRED),
        }),
      },
    },
    async (request, reply) => {
      const bulkDeleteId = decodeId(ID_PREFIX.bulkDelete, request.params.id);
      if (bulkDeleteId === undefined) throw notFound('bulk delete');
      const { dry_run: isTrial = false, send_done_email: sendDoneEmail = true } = request.body;
      const actor = actorOf(request);
      if (isTrial) {
        const trial = await refusing(previewUndo(engine, actor, bulkDeleteId));
        if (!trial) throw notFound('bulk delete');
        return presentUndoPreview(trial);
      }
      const asked = { id: resourceIdOf(request), bulkDeleteId, sendDoneEmail };
      const row = await refusing(createBulkUndo(engine, actor, asked));
      if (!row) throw notFound('bulk delete');
      return withRetryAfter(reply, row).send(presentBulkUndo(row));
    },
  );

  app.get(
    PATH,
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'List undos, newest first',
        querystring: UndosQuery,
        response: withRefusals({ 200: pageOf(answer) }),
      },
    },
    async (request) => {
      const { query } = request;
      refuseOtherFilters(UndosQuery, query);
      const page = readPage(query);
      const picked = readFields(query._fields);
      const bulkDeleteId =
        query.bulk_delete_id === undefined ? undefined : decodeId(ID_PREFIX.bulkDelete, query.bulk_delete_id);
      // What is no id is no bulk delete: it has no undos.
      if (query.bulk_delete_id !== undefined && bulkDeleteId === undefined)
        return { data: [], has_more: false };
      const rows = await listBulkUndos(db, {
        organizationId: callerOf(request).organizationId,
        bulkDeleteId,
        ...withOneMore(page),
      });
      return presentPage(await withWaiting(db, rows), page, (row) =>
        pickFields(presentBulkUndo(row), picked),
      );
    },
  );

  app.get(
    `${PATH}:id/`,
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Look at one undo',
        params: IdParams,
        querystring: FieldsQuery,
        response: withRefusals({ 200: answer }),
      },
    },
    async (request, reply) => {
      const row = await find(callerOf(request).organizationId, request.params.id);
      const picked = readFields(request.query._fields);
      const [shown = row] = await withWaiting(db, [row]);
      return withRetryAfter(reply, row).send(pickFields(presentBulkUndo(shown), picked));
    },
  );

  app.get(
    `${PATH}:id/conflicts/`,
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'List what an undo could not give back, with the reasons',
        params: IdParams,
        querystring: PageQuery,
        response: withRefusals({ 200: pageOf(UndoConflictSchema) }),
      },
    },
    async (request) => {
      refuseOtherFilters(PageQuery, request.query);
      const { id: undoId } = await find(callerOf(request).organizationId, request.params.id);
      const page = readPage(request.query);
      const picked = readFields(request.query._fields);
      const rows = await listUndoConflicts(db, { undoId, ...withOneMore(page) });
      return presentPage(rows, page, (row) => pickFields(presentUndoConflict(row, catalog), picked));
    },
  );

  app.put(
    `${PATH}:id/`,
    {
      config: { scope: 'delete' },
      schema: {
        tags,
        summary: 'Pause, resume or cancel an undo',
        params: IdParams,
        body: ControlSchema,
        response: withBodyRefusals({ 200: answer, 409: ControlRefusalSchema }),
      },
    },
    async (request, reply) => {
      const id = decodeId(ID_PREFIX.bulkUndo, request.params.id);
      const wanted = request.body.status;
      const row =
        id === undefined
          ? undefined
          : await refusing(controlBulkUndo(engine, actorOf(request), { id, wanted }));
      if (!row) throw notFound('undo');
      return withRetryAfter(reply, row).send(presentBulkUndo(row));
    },
  );

  async function find(organizationId: string, wireId: string): Promise<BulkUndoRow> {
    const id = decodeId(ID_PREFIX.bulkUndo, wireId);
    const row = id === undefined ? undefined : await findBulkUndo(db, { organizationId, id });
    if (!row) throw notFound('undo');
    return row;
  }
}

/** @throws Refusal 409 where the engine says that it cannot be, with the present status. */
async function refusing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof UndoError) throw new Refusal(409, { error: error.message, status: error.status });
    if (error instanceof ControlError) {
      throw new Refusal(409, { error: error.message, status: error.status, allowed: error.allowed });
    }
    throw error;
  }
}

function withRetryAfter(reply: FastifyReply, row: BulkUndoRow): FastifyReply {
  return isUndoFinished(row.status) ? reply : reply.header('retry-after', POLL_AFTER_SECONDS);
}
