import { encodeId, objectTypeOf } from '@winnow/catalog';
import type { JsonObject, Trx } from '@winnow/db';
import { loadObjects, type PickedFields, presentObject } from '@winnow/records';
import type { FoundObject } from '@winnow/search';
import type { ObjectContext } from '../objects/context.ts';

/**
 * What was found, for the wire and in its order: the type and the id, and the fields that are picked for the type.
 * Reads the objects of each type together.
 */
export async function readItems(
  trx: Trx,
  context: ObjectContext,
  objects: readonly FoundObject[],
  pickedByType: ReadonlyMap<string, PickedFields>,
): Promise<readonly JsonObject[]> {
  const fields = new Map<string, JsonObject>();
  for (const [typeName, picked] of pickedByType) {
    const type = objectTypeOf(context.catalog, typeName);
    const ids = objects.filter(({ objectType }) => objectType === type.name).map(({ id }) => id);
    for (const tree of await loadObjects(trx, context, type, ids, picked)) {
      fields.set(tree.row.id, presentObject(context, tree, picked));
    }
  }
  return objects.map(({ objectType, id }) => ({
    __object_type: objectType,
    id: encodeId(objectTypeOf(context.catalog, objectType).idPrefix, id),
    ...fields.get(id),
  }));
}
