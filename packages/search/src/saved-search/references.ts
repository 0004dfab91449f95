import { decodeId, ID_PREFIX } from '@winnow/catalog';
import {
  findSavedSearchTrees,
  type JsonObject,
  listNamingSavedSearches,
  type NamingSavedSearch,
  type Trx,
} from '@winnow/db';
import { parseQuery, savedSearchIds } from '@winnow/query';
import { SavedSearchError } from './error.ts';

/** Plain UUIDs of the saved searches that a tree names. */
export function namedIn(tree: JsonObject): readonly string[] {
  const ids = savedSearchIds(parseQuery(tree, 'saved search'));
  return [...new Set(ids.flatMap((id) => decodeId(ID_PREFIX.savedSearch, id) ?? []))];
}

/**
 * Refuses a tree with which a saved search would contain itself, directly or through others.
 * @param self the saved search as it would be.
 * @throws SavedSearchError that names the way round.
 */
export function assertNoCycle(
  self: { readonly id: string; readonly name: string; readonly tree: JsonObject },
  others: readonly NamingSavedSearch[],
  path: string,
): void {
  const byId = new Map(others.map((other) => [other.id, other]));
  const seen = new Set<string>();
  const open = namedIn(self.tree).map((id) => ({ id, through: [self.name] }));
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    const { id, through } = step;
    if (id === self.id) {
      const way = [...through.slice(1), self.name].map((name) => JSON.stringify(name)).join(', which uses ');
      const reason = `A saved search cannot contain itself: ${JSON.stringify(self.name)} would use ${way}.`;
      throw new SavedSearchError('cycle', path, reason);
    }
    const next = byId.get(id);
    if (!next || seen.has(id)) continue;
    seen.add(id);
    open.push(...namedIn(next.tree).map((named) => ({ id: named, through: [...through, next.name] })));
  }
}

/** The saved searches, of anybody in the organization, that name this one. */
export async function usersOf(
  trx: Trx,
  { organizationId, id }: { readonly organizationId: string; readonly id: string },
): Promise<readonly NamingSavedSearch[]> {
  const naming = await listNamingSavedSearches(trx, organizationId);
  return naming.filter((other) => other.id !== id && namedIn(other.tree).includes(id));
}

/**
 * @param because what the change would do to them, and what to do first.
 * @throws SavedSearchError that names the users which the viewer can see, and counts the others.
 */
export function assertUnused(
  users: readonly NamingSavedSearch[],
  { userId }: { readonly userId: string | null },
  { path, because }: { readonly path: string; readonly because: string },
): void {
  if (users.length === 0) return;
  const visible = users.filter((user) => user.is_shared || (userId !== null && user.user_id === userId));
  const names = visible.map(({ name }) => JSON.stringify(name));
  const nHidden = users.length - visible.length;
  const hidden = nHidden === 0 ? [] : [`${nHidden} of other users`];
  throw new SavedSearchError(
    'in_use',
    path,
    `${because} It is used by: ${[...names, ...hidden].join(', ')}.`,
  );
}

/** Makes sure that all whom a saved search is shared with can use it. @throws SavedSearchError */
export async function assertNamesShared(
  trx: Trx,
  organizationId: string,
  tree: JsonObject,
  path: string,
): Promise<void> {
  const named = namedIn(tree);
  if (named.length === 0) return;
  const shared = await findSavedSearchTrees(trx, { organizationId, userId: null }, named);
  if (shared.length === named.length) return;
  const reason =
    'A shared saved search can only use shared ones: nobody else could run it. Share those first.';
  throw new SavedSearchError('invalid', path, reason);
}
