import { deleteByIds, type EngineDeps, isFinished, presentBulkDelete } from '@winnow/bulk-delete';
import { encodeId } from '@winnow/catalog';
import { findObject, type JsonObject, listFailures } from '@winnow/db';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { actorOf, callerOf } from '../../caller.ts';
import { Refusal } from '../../refusal.ts';
import { noteBulkDelete } from '../../wire/bulk-delete-answer.ts';
import { leadNotFound } from './errors.ts';
import type { LeadKinds } from './kinds.ts';
import { presentInstant } from './lead.ts';

/**
 * Deletes one lead the way of every deletion, and says when.
 * @param lead.id plain UUID; `sent` is what the client calls it.
 * @throws Refusal 404, or 409 with the reason why it could not be deleted.
 */
export async function deleteLead(
  engine: EngineDeps,
  kinds: LeadKinds,
  request: FastifyRequest,
  reply: FastifyReply,
  lead: { readonly id: string; readonly sent: string },
): Promise<JsonObject> {
  const { db, catalog } = engine;
  const tenantId = callerOf(request).organizationId;
  const scope = { catalog, tenantId, types: [kinds.lead] };
  // Asked first, so that a mistyped id leaves no bulk delete behind.
  if (!(await findObject(db, scope, { id: lead.id, wanted: () => false }))) throw leadNotFound(lead.sent);
  const row = await deleteByIds(engine, actorOf(request), {
    objectType: kinds.lead.name,
    ids: [lead.id],
    source: 'one',
  });
  noteBulkDelete(reply, row);
  const id = encodeId(kinds.lead.idPrefix, lead.id);
  if (!isFinished(row.status)) {
    const bulkDelete = presentBulkDelete(row, catalog);
    return { success: true, message: 'Lead is being deleted', data: { id, deletedAt: null, bulkDelete } };
  }
  if (row.n_objects_deleted === 1) {
    const deletedAt = presentInstant(row.date_finished);
    return { success: true, message: 'Lead deleted successfully', data: { id, deletedAt } };
  }
  if (row.n_objects_not_found === 1) throw leadNotFound(lead.sent);
  const [failure] = await listFailures(db, { bulkDeleteId: row.id });
  throw new Refusal(409, {
    success: false,
    error: 'Lead could not be deleted',
    code: 'LEAD_NOT_DELETED',
    details: {
      leadId: lead.sent,
      message: failure?.message ?? row.error_message ?? 'The reason is on record.',
    },
  });
}
