import { type Catalog, type ObjectType, objectTypeOf, type PlanStep, planDeletion } from '@winnow/catalog';
import type { BulkDeleteRow } from '@winnow/db';
import { hasRoutes } from '@winnow/records';

/** A type whose objects may have gone with the targets of a bulk delete. */
export interface ChildType {
  readonly type: ObjectType;
  /** The links of its table by which its rows go with others. */
  readonly parents: PlanStep['parents'];
}

/**
 * The types with URLs of their own whose objects go with the targets, in the order of the catalog. The others are parts
 * of their parent and shown in it. Of a bulk delete that is `done` only those of which something went.
 */
export function childTypesOf(catalog: Catalog, bulkDelete: BulkDeleteRow): readonly ChildType[] {
  const plan = planDeletion(catalog, objectTypeOf(catalog, bulkDelete.object_type).table);
  const mayHaveGone = ({ name }: ObjectType) =>
    bulkDelete.status !== 'done' || Object.hasOwn(bulkDelete.deleted_counts, name);
  return Object.values(catalog.objectTypes).flatMap((type) => {
    const step = plan.steps.find(({ table }) => table.name === type.table);
    return step && type.table !== plan.root && hasRoutes(type) && mayHaveGone(type)
      ? [{ type, parents: step.parents }]
      : [];
  });
}
