import { deleteByIds, type EngineDeps, isFinished, presentBulkDelete } from '@winnow/bulk-delete';
import { encodeId, ID_PREFIX, type ObjectType } from '@winnow/catalog';
import { findObject } from '@winnow/db';
import type { ApiInstance } from '../../app-types.ts';
import { actorOf, callerOf } from '../../caller.ts';
import { notFound, Refusal } from '../../refusal.ts';
import { EmptySchema, IdParams, refTo, withBodyRefusals } from '../../wire/schemas.ts';
import { idOf } from './id-of.ts';
import { scopeOf } from './scope-of.ts';

/** Names the bulk delete that took the object, so that it can be looked up and undone. */
const HEADER = 'x-winnow-bulk-delete-id';

/** DELETE of one object goes the way of every deletion: archived, with its children, on record. */
export function registerDeleteRoute(
  app: ApiInstance,
  engine: EngineDeps,
  type: ObjectType & { readonly path: string },
): void {
  app.delete(
    `/${type.path}/:id/`,
    {
      config: scopeOf('delete', [type]),
      schema: {
        tags: [type.path],
        summary: `Delete a ${type.label.one} with all that belongs to it`,
        params: IdParams,
        response: withBodyRefusals({
          200: EmptySchema,
          202: refTo('BulkDelete'),
          409: refTo('Error'),
        }),
      },
    },
    async (request, reply) => {
      const { catalog, db } = engine;
      const id = idOf(type, request.params.id);
      const tenantId = callerOf(request).organizationId;
      // Asked first, so that a mistyped id leaves no bulk delete behind.
      const found = await findObject(db, { catalog, tenantId, types: [type] }, { id, wanted: () => false });
      if (!found) throw notFound(type.label.one);
      const row = await deleteByIds(engine, actorOf(request), {
        objectType: type.name,
        ids: [id],
        source: 'one',
      });
      const bulkDeleteId = encodeId(ID_PREFIX.bulkDelete, row.id);
      reply.header(HEADER, bulkDeleteId);
      if (!isFinished(row.status)) return reply.status(202).send(presentBulkDelete(row, catalog));
      if (row.n_objects_deleted === 1) return {};
      if (row.n_objects_not_found === 1) throw notFound(type.label.one);
      throw new Refusal(409, {
        error: `This ${type.label.one} could not be deleted. The reason is on record with ${bulkDeleteId}.`,
      });
    },
  );
}
