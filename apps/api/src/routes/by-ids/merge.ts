import type { TSchema } from '@sinclair/typebox';
import { deleteByIds, type EngineDeps } from '@winnow/bulk-delete';
import { findRooted } from '@winnow/db';
import type { ApiInstance } from '../../app-types.ts';
import { actorOf, callerOf } from '../../caller.ts';
import { invalid } from '../../refusal.ts';
import { resourceIdOf } from '../../resource-id.ts';
import { scopeOf } from '../objects/scope-of.ts';
import { mergeObjects } from './merge-objects.ts';
import { assertMergeable } from './mergeable.ts';
import { decodeNamedId, type NamedKind, readNamedIds } from './named-ids.ts';
import { foreseeOutcome, type Outcome, readOutcome } from './outcome.ts';
import { MergeAnswer, MergeBody } from './schema.ts';

/** Merging of contacts: one gets all that belongs to the others, which are then deleted. */
export function registerMerge(
  app: ApiInstance,
  engine: EngineDeps,
  kind: NamedKind,
  withRefusals: (answers: Record<number, TSchema>) => Record<number, TSchema>,
): void {
  const { db, catalog } = engine;
  const { objectType } = kind;
  app.post(
    '/contacts/merge',
    {
      config: scopeOf('write', [objectType]),
      schema: {
        tags: ['Bulk delete by ids'],
        summary: 'Merge contacts of a lead into one of them, and delete the others',
        body: MergeBody,
        response: withRefusals({ 200: MergeAnswer, 202: MergeAnswer }),
      },
    },
    async (request, reply) => {
      const { primary_contact_id: sent, duplicate_contact_ids, dry_run } = request.body;
      const toId = decodeNamedId(kind, sent);
      if (toId === undefined) throw invalid({ primary_contact_id: 'This is no id of a contact.' });
      const ids = readNamedIds(kind, duplicate_contact_ids);
      if (ids.sentById.has(toId)) {
        throw invalid({ duplicate_contact_ids: 'The primary contact cannot be a duplicate of itself.' });
      }
      const actor = actorOf(request);
      const fromIds = [...ids.sentById.keys()];
      const scope = { catalog, tenantId: callerOf(request).organizationId, objectType };
      if (dry_run === true || fromIds.length === 0) {
        const found = await findRooted(db, scope, [toId, ...fromIds]);
        assertMergeable(objectType, toId, found, ids.sentById);
        const existing = new Set(found.flatMap(({ id }) => (id === toId ? [] : id)));
        return present(sent, foreseeOutcome({ kind, ids }, existing));
      }
      const row = await deleteByIds(engine, actor, {
        id: resourceIdOf(request),
        objectType: objectType.name,
        ids: fromIds,
        source: 'merge',
        before: (trx) => mergeObjects(trx, scope, { toId, sentById: ids.sentById, userId: actor.userId }),
      });
      return reply.send(present(sent, await readOutcome(engine, reply, row, { kind, ids })));
    },
  );
}

function present(primaryId: string, { nDeleted, nNotFound, errors, rest }: Outcome) {
  return {
    data: {
      primary_contact_id: primaryId,
      merged_count: nDeleted,
      not_found_count: nNotFound,
      errors,
      ...rest,
    },
  };
}
