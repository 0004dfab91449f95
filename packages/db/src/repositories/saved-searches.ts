import { type ExpressionBuilder, type Insertable, type Selectable, sql, type Updateable } from 'kysely';
import type { Db } from '../connection.ts';
import type { Database, JsonObject } from '../tables.ts';
import type { Trx } from '../transaction.ts';

export type SavedSearchRow = Selectable<Database['saved_search']>;

/** Who looks: their own saved searches, and those that are shared in their organization. */
export interface SavedSearchViewer {
  readonly organizationId: string;
  /** Plain UUID; null sees what is shared. */
  readonly userId: string | null;
}

/** What a saved search means, for queries that name it. */
export interface SavedSearchTree {
  readonly id: string;
  readonly name: string;
  readonly tree: JsonObject;
}

/** The trees of these ids; those that do not exist, or that the viewer may not see, are not in the answer. */
export async function findSavedSearchTrees(
  db: Db | Trx,
  viewer: SavedSearchViewer,
  ids: readonly string[],
): Promise<readonly SavedSearchTree[]> {
  return db
    .selectFrom('saved_search')
    .select(['id', 'name', 'tree'])
    .where('id', 'in', [...ids])
    .where((eb) => isVisible(eb, viewer))
    .execute();
}

/** Ids by name, of all that the viewer may see; where several have a name, the oldest of their own comes first. */
export async function findSavedSearchNames(
  db: Db | Trx,
  viewer: SavedSearchViewer,
): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom('saved_search')
    .select(['id', 'name'])
    .where((eb) => isVisible(eb, viewer))
    .orderBy(sql`user_id is distinct from ${viewer.userId}`, 'desc')
    .orderBy('id', 'desc')
    .execute();
  return new Map(rows.map(({ id, name }) => [name, id]));
}

/** One page of what the viewer may see, oldest first. */
export function listSavedSearches(
  db: Db | Trx,
  viewer: SavedSearchViewer,
  page: { readonly limit: number; readonly skip: number; readonly objectType?: string },
): Promise<SavedSearchRow[]> {
  return db
    .selectFrom('saved_search')
    .selectAll()
    .where((eb) => isVisible(eb, viewer))
    .$if(page.objectType !== undefined, (query) => query.where('object_type', '=', page.objectType ?? ''))
    .orderBy('id')
    .limit(page.limit)
    .offset(page.skip)
    .execute();
}

/** The saved search of this UUID, if the viewer may see it. */
export function findSavedSearch(
  db: Db | Trx,
  viewer: SavedSearchViewer,
  id: string,
): Promise<SavedSearchRow | undefined> {
  return db
    .selectFrom('saved_search')
    .selectAll()
    .where('id', '=', id)
    .where((eb) => isVisible(eb, viewer))
    .executeTakeFirst();
}

/**
 * Waits until nobody else writes saved searches of the organization, and keeps it so until the transaction ends. Rows
 * that refer to the organization can still be added.
 */
export async function lockSavedSearches(trx: Trx, organizationId: string): Promise<void> {
  await trx
    .selectFrom('organization')
    .select('id')
    .where('id', '=', organizationId)
    .forNoKeyUpdate()
    .execute();
}

/** A saved search that names others. */
export type NamingSavedSearch = Pick<SavedSearchRow, 'id' | 'name' | 'user_id' | 'is_shared' | 'tree'>;

/** All saved searches of an organization, whoever may see them, whose trees name others. */
export function listNamingSavedSearches(
  trx: Trx,
  organizationId: string,
): Promise<readonly NamingSavedSearch[]> {
  return trx
    .selectFrom('saved_search')
    .select(['id', 'name', 'user_id', 'is_shared', 'tree'])
    .where('organization_id', '=', organizationId)
    .where(sql<boolean>`jsonb_path_exists(tree, '$.**.saved_search_id')`)
    .execute();
}

/** Adds a saved search. */
export function insertSavedSearch(
  trx: Db | Trx,
  row: Insertable<Database['saved_search']>,
): Promise<SavedSearchRow> {
  return trx.insertInto('saved_search').values(row).returningAll().executeTakeFirstOrThrow();
}

/** Changes a saved search of the organization; undefined when there is none of this id any more. */
export function updateSavedSearch(
  trx: Db | Trx,
  { organizationId, id }: { readonly organizationId: string; readonly id: string },
  change: Updateable<Database['saved_search']>,
): Promise<SavedSearchRow | undefined> {
  return trx
    .updateTable('saved_search')
    .set(change)
    .where('id', '=', id)
    .where('organization_id', '=', organizationId)
    .returningAll()
    .executeTakeFirst();
}

/** Takes a saved search away. @returns whether there was one. */
export async function deleteSavedSearch(
  trx: Db | Trx,
  { organizationId, id }: { readonly organizationId: string; readonly id: string },
): Promise<boolean> {
  const result = await trx
    .deleteFrom('saved_search')
    .where('id', '=', id)
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

function isVisible(
  eb: ExpressionBuilder<Database, 'saved_search'>,
  { organizationId, userId }: SavedSearchViewer,
) {
  return eb.and([
    eb('organization_id', '=', organizationId),
    userId === null
      ? eb('is_shared', '=', true)
      : eb.or([eb('is_shared', '=', true), eb('user_id', '=', userId)]),
  ]);
}
