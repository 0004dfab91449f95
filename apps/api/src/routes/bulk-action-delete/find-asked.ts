import { decodeId, ID_PREFIX } from '@winnow/catalog';
import { type BulkDeleteRow, type Db, findBulkDelete } from '@winnow/db';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../../caller.ts';
import { notFound } from '../../refusal.ts';

/** The bulk delete that a path names, however it was asked for. @throws Refusal 404. */
export async function findAsked(db: Db, request: FastifyRequest, wireId: string): Promise<BulkDeleteRow> {
  const id = decodeId(ID_PREFIX.bulkDelete, wireId);
  const { organizationId } = callerOf(request);
  const row = id === undefined ? undefined : await findBulkDelete(db, { organizationId, id });
  if (!row) throw notFound('bulk delete');
  return row;
}
