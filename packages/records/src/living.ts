import type { ObjectType } from '@winnow/catalog';
import { type Db, listEmbedded, listObjectsById } from '@winnow/db';
import { type LoneObject, presentAlone, standsAlone } from './alone.ts';
import type { RecordContext } from './context.ts';

/**
 * Objects of one type as they are now, in the same shape as `readDeletedObjects` has for what is gone.
 * @param ids plain UUIDs. @returns in no particular order, without those that are not there.
 */
export async function readLivingObjects(
  db: Db,
  context: RecordContext,
  { type, ids }: { readonly type: ObjectType; readonly ids: readonly string[] },
): Promise<readonly LoneObject[]> {
  if (ids.length === 0) return [];
  const rows = await listObjectsById(db, { ...context, types: [type] }, { ids, wanted: standsAlone });
  return presentAlone(context, type, rows, (embed, parentIds, wanted) =>
    listEmbedded(db, { ...context, embed }, { parentIds, wanted }),
  );
}
