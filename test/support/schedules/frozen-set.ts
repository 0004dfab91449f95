import type { Request } from './job.ts';
import { findTargets } from './pages.ts';
import { isOfType, rowKey, splitKey, type World } from './world.ts';

/** What the world and the targets that are left have been at one moment. */
export interface Moment {
  readonly live: World['live'];
  readonly left: ReadonlyMap<string, readonly string[]>;
}

/** The ids that a request means at one moment, in their order. */
export function setOf(
  { organizationId, objectType, targets, limit }: Request,
  { live, left: leftThen }: Moment,
) {
  if (targets.kind === 'ids') return targets.ids;
  if (targets.kind === 'left') return leftThen.get(targets.parentId) ?? [];
  const ids = [...live.keys()].map(splitKey).flatMap(([table, id]) => {
    const values = live.get(rowKey(table, id)) ?? {};
    const isMeant = targets.kind === 'all' || values.name === targets.name;
    return isOfType(objectType, table, values) && isMeant ? [id] : [];
  });
  return findTargets(live, { organizationId, objectType }, ids.sort()).slice(0, limit ?? undefined);
}
