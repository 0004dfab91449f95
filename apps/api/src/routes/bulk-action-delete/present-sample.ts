import { deadlineIn, readWithin } from '@winnow/bulk-delete';
import { encodeId, type Field, objectTypeOf } from '@winnow/catalog';
import { type BulkDeleteRow, type JsonObject, listObjectsById, type ObjectRow } from '@winnow/db';
import { presentObject } from '@winnow/records';
import type { FastifyRequest } from 'fastify';
import { loadContext, type ObjectRouteDeps } from '../objects/context.ts';

/** What reading the sample may take of the time that a preview may take. */
const PART_OF_BUDGET = 0.25;

/** Values of the record itself, which cost no look at other rows. */
const isOwnColumn = (field: Field): boolean => field.source.from === 'column';

/**
 * The records that a dry run found first, as they are now: only their ids are kept. Those that are gone are left out.
 * @returns null when they could not be found in time, then or now.
 */
export async function presentSample(
  deps: ObjectRouteDeps,
  request: FastifyRequest,
  { preview, object_type }: BulkDeleteRow,
): Promise<readonly JsonObject[] | null> {
  const ids = preview?.sample;
  if (!ids) return null;
  const { db, catalog, settings } = deps.engine;
  const objectType = objectTypeOf(catalog, object_type);
  const context = await loadContext(deps, request);
  const rows = new Map<string, ObjectRow>();
  const isInTime = await readWithin(
    db,
    deadlineIn(settings.previewTimeoutMs * PART_OF_BUDGET),
    async (trx) => {
      const scope = { ...context, types: [objectType] };
      const found = await listObjectsById(trx, scope, { ids, wanted: isOwnColumn });
      for (const row of found) rows.set(row.id, row);
    },
  );
  if (!isInTime) return null;
  return ids.flatMap((id) => {
    const row = rows.get(id);
    if (!row) return [];
    const object = presentObject(context, { row, parts: {} }, { names: undefined });
    return [{ __object_type: objectType.name, id: encodeId(objectType.idPrefix, id), ...object }];
  });
}
