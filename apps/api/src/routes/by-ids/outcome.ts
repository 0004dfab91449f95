import { type EngineDeps, isFinished, presentBulkDelete } from '@winnow/bulk-delete';
import { type BulkDeleteRow, type JsonObject, listFailures } from '@winnow/db';
import type { FastifyReply } from 'fastify';
import { assertNotStopped, noteBulkDelete } from '../../wire/bulk-delete-answer.ts';
import { type NamedIds, type NamedKind, presentRowErrors } from './named-ids.ts';

/** Counts as the answer has them. */
export interface Outcome {
  readonly nDeleted: number;
  readonly nNotFound: number;
  readonly errors: readonly JsonObject[];
  /** Present while the work goes on in the background. */
  readonly rest: { readonly bulk_delete?: JsonObject };
}

/**
 * What became of the ids, with the headers that say so.
 * @throws Refusal 409 or 500 when the bulk delete was stopped.
 */
export async function readOutcome(
  { db, catalog }: EngineDeps,
  reply: FastifyReply,
  row: BulkDeleteRow,
  { kind, ids }: { readonly kind: NamedKind; readonly ids: NamedIds },
): Promise<Outcome> {
  noteBulkDelete(reply, row);
  assertNotStopped(row);
  const failures = row.n_objects_failed === 0 ? [] : await listFailures(db, { bulkDeleteId: row.id });
  return {
    nDeleted: row.n_objects_deleted,
    nNotFound: row.n_objects_not_found,
    errors: presentRowErrors(kind, ids, failures),
    rest: isFinished(row.status) ? {} : { bulk_delete: presentBulkDelete(row, catalog) },
  };
}

/** What a dry run answers: what is there would go. */
export function foreseeOutcome(
  { kind, ids }: { readonly kind: NamedKind; readonly ids: NamedIds },
  existing: ReadonlySet<string>,
): Outcome {
  return {
    nDeleted: existing.size,
    nNotFound: ids.sentById.size - existing.size,
    errors: presentRowErrors(kind, ids, []),
    rest: {},
  };
}
