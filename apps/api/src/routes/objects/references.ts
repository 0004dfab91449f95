import { objectTypeOf } from '@winnow/catalog';
import { type Db, findExistingIds, findExistingUserIds, type Trx } from '@winnow/db';
import { isUserTarget } from '@winnow/records';
import { invalid } from '../../refusal.ts';
import type { ObjectContext } from './context.ts';
import type { Reference } from './draft.ts';
import { missingReference } from './read-value.ts';

/**
 * Makes sure that every record which a body refers to exists in the caller's organization: one query for each type
 * of record. The foreign keys say the same, but not which field is wrong.
 * @throws Refusal 400: another organization's record reads like one that never was.
 */
export async function assertReferences(
  db: Db | Trx,
  context: ObjectContext,
  references: readonly Reference[],
): Promise<void> {
  const fieldErrors: Record<string, string> = {};
  for (const [target, ofTarget] of groupByTarget(references)) {
    const existing = await findExisting(db, context, target, [...new Set(ofTarget.map(({ id }) => id))]);
    for (const { path, id } of ofTarget) {
      if (!existing.has(id)) fieldErrors[path] = missingReference(context.catalog, target);
    }
  }
  if (Object.keys(fieldErrors).length > 0) throw invalid(fieldErrors);
}

function findExisting(
  db: Db | Trx,
  { catalog, tenantId }: ObjectContext,
  target: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  return isUserTarget(catalog, target)
    ? findExistingUserIds(db, { organizationId: tenantId, ids })
    : findExistingIds(db, { catalog, tenantId, types: [objectTypeOf(catalog, target)] }, ids);
}

function groupByTarget(references: readonly Reference[]): ReadonlyMap<string, readonly Reference[]> {
  const groups = new Map<string, Reference[]>();
  for (const reference of references) {
    const group = groups.get(reference.target);
    if (group) group.push(reference);
    else groups.set(reference.target, [reference]);
  }
  return groups;
}
