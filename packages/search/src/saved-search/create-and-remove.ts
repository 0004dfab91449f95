import {
  type Db,
  deleteSavedSearch,
  findSavedSearch,
  insertSavedSearch,
  type SavedSearchRow,
} from '@winnow/db';
import { type GivenQuery, readMeaning } from './meaning.ts';
import { assertNamesShared, assertUnused, usersOf } from './references.ts';
import {
  columnsOf,
  findOwn,
  pathOf,
  type SavedSearchFields,
  type SavedSearchScope,
  writing,
} from './writing.ts';

/**
 * Keeps a query under a name.
 * @param fields.id its UUID; where the user has one of this id already, that one is the result, whatever is said here.
 * @throws QueryError with the JSON path, SavedSearchError
 */
export function createSavedSearch(
  db: Db,
  scope: SavedSearchScope,
  fields: SavedSearchFields & { readonly id: string; readonly name: string },
  given: GivenQuery,
): Promise<SavedSearchRow> {
  return writing(db, scope, async (trx) => {
    const made = await findSavedSearch(trx, scope, fields.id);
    if (made) return made;
    const meaning = await readMeaning(trx, scope, given, fields.objectType ?? null);
    if (fields.isShared) await assertNamesShared(trx, scope.organizationId, meaning.tree, pathOf(given));
    return insertSavedSearch(trx, {
      id: fields.id,
      organization_id: scope.organizationId,
      user_id: scope.userId,
      created_by: scope.userId,
      updated_by: scope.userId,
      name: fields.name,
      description: fields.description ?? '',
      is_shared: fields.isShared ?? false,
      selected_fields: JSON.stringify(fields.selectedFields ?? []),
      ...columnsOf(meaning),
    });
  });
}

/**
 * Takes a saved search away; only its owner may, and only when no other uses it.
 * @returns false when there is none of this id that the user can see.
 * @throws SavedSearchError
 */
export function removeSavedSearch(db: Db, scope: SavedSearchScope, id: string): Promise<boolean> {
  return writing(db, scope, async (trx) => {
    if (!(await findOwn(trx, scope, id))) return false;
    const { organizationId } = scope;
    assertUnused(await usersOf(trx, { organizationId, id }), scope, {
      path: '',
      because: 'This saved search cannot be deleted while others use it.',
    });
    return deleteSavedSearch(trx, { organizationId, id });
  });
}
