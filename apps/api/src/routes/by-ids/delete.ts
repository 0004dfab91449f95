import type { TSchema } from '@sinclair/typebox';
import { deleteByIds, type EngineDeps } from '@winnow/bulk-delete';
import { findExistingIds } from '@winnow/db';
import type { ApiInstance } from '../../app-types.ts';
import { actorOf, callerOf } from '../../caller.ts';
import { resourceIdOf } from '../../resource-id.ts';
import { scopeOf } from '../objects/scope-of.ts';
import { type NamedKind, readNamedIds } from './named-ids.ts';
import { foreseeOutcome, type Outcome, readOutcome } from './outcome.ts';
import { deletionAnswer, deletionBody } from './schema.ts';

/** Deletion of up to 500 objects of a kind by their ids, while the client waits. */
export function registerDeletion(
  app: ApiInstance,
  engine: EngineDeps,
  kind: NamedKind,
  withRefusals: (answers: Record<number, TSchema>) => Record<number, TSchema>,
): void {
  const { db, catalog } = engine;
  const { objectType, name } = kind;
  const answer = deletionAnswer(name);
  app.post(
    `/${name}s/bulk-delete`,
    {
      config: scopeOf('write', [objectType]),
      schema: {
        tags: ['Bulk delete by ids'],
        summary: `Delete up to 500 ${objectType.label.many} by their ids`,
        body: deletionBody(name),
        response: withRefusals({ 200: answer, 202: answer }),
      },
    },
    async (request, reply) => {
      const { body } = request;
      const sent = body[`${name}_ids`];
      const ids = readNamedIds(kind, Array.isArray(sent) ? sent.map(String) : []);
      const wanted = [...ids.sentById.keys()];
      // With nothing to delete there is no bulk delete to be made either.
      if (body.dry_run === true || wanted.length === 0) {
        const tenantId = callerOf(request).organizationId;
        const existing = await findExistingIds(db, { catalog, tenantId, types: [objectType] }, wanted);
        return present(foreseeOutcome({ kind, ids }, existing));
      }
      const row = await deleteByIds(engine, actorOf(request), {
        id: resourceIdOf(request),
        objectType: objectType.name,
        ids: wanted,
        source: 'ids',
      });
      return reply.send(present(await readOutcome(engine, reply, row, { kind, ids })));
    },
  );
}

function present({ nDeleted, nNotFound, errors, rest }: Outcome) {
  return { data: { deleted_count: nDeleted, not_found_count: nNotFound, errors, ...rest } };
}
