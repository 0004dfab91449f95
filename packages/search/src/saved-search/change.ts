import {
  type Db,
  listNamingSavedSearches,
  type SavedSearchRow,
  type Trx,
  updateSavedSearch,
} from '@winnow/db';
import { type GivenQuery, type Meaning, readMeaning } from './meaning.ts';
import { assertNamesShared, assertNoCycle, assertUnused, usersOf } from './references.ts';
import {
  columnsOf,
  findOwn,
  pathOf,
  type SavedSearchFields,
  type SavedSearchScope,
  writing,
} from './writing.ts';

/**
 * Changes what is given of a saved search; only its owner may.
 * @returns undefined when there is none of this id that the user can see.
 * @throws QueryError with the JSON path, SavedSearchError
 */
export function changeSavedSearch(
  db: Db,
  scope: SavedSearchScope,
  id: string,
  { fields, given }: { readonly fields: SavedSearchFields; readonly given: GivenQuery | undefined },
): Promise<SavedSearchRow | undefined> {
  return writing(db, scope, async (trx) => {
    const before = await findOwn(trx, scope, id);
    if (!before) return undefined;
    const meaning = await readChange(trx, scope, before, fields, given);
    const { name = before.name, isShared = before.is_shared } = fields;
    const tree = meaning?.tree ?? before.tree;
    const path = given === undefined ? 'is_shared' : pathOf(given);
    assertNoCycle({ id, name, tree }, await listNamingSavedSearches(trx, scope.organizationId), path);
    if (isShared) await assertNamesShared(trx, scope.organizationId, tree, path);
    await assertUsersCanStill(trx, scope, before, {
      isShared,
      objectType: meaning?.objectType ?? before.object_type,
    });
    return updateSavedSearch(
      trx,
      { organizationId: scope.organizationId, id },
      {
        name,
        is_shared: isShared,
        updated_by: scope.userId,
        date_updated: new Date(),
        ...(fields.description === undefined ? {} : { description: fields.description }),
        ...(fields.selectedFields === undefined
          ? {}
          : { selected_fields: JSON.stringify(fields.selectedFields) }),
        ...(meaning === undefined ? {} : columnsOf(meaning)),
      },
    );
  });
}

/** A new query, or the old one read again where only the object type is given; undefined where both stay. */
async function readChange(
  trx: Trx,
  scope: SavedSearchScope,
  before: SavedSearchRow,
  { objectType = before.object_type }: SavedSearchFields,
  given: GivenQuery | undefined,
): Promise<Meaning | undefined> {
  if (given !== undefined) return readMeaning(trx, scope, given, objectType);
  if (objectType === before.object_type) return undefined;
  const old: GivenQuery =
    before.query === null ? { from: 'tree', json: before.s_query } : { from: 'text', text: before.query };
  return readMeaning(trx, scope, old, objectType);
}

async function assertUsersCanStill(
  trx: Trx,
  scope: SavedSearchScope,
  before: SavedSearchRow,
  after: { readonly isShared: boolean; readonly objectType: string },
): Promise<void> {
  const changesType = after.objectType !== before.object_type;
  const hides = before.is_shared && !after.isShared;
  if (!changesType && !hides) return;
  const users = await usersOf(trx, { organizationId: scope.organizationId, id: before.id });
  if (changesType) {
    const because = 'The kind of objects cannot be changed while other saved searches use this one.';
    assertUnused(users, scope, { path: 'type', because });
  }
  const others = users.filter((user) => user.is_shared || user.user_id !== before.user_id);
  const because = 'It must stay shared while saved searches that others can run use it.';
  if (hides) assertUnused(others, scope, { path: 'is_shared', because });
}
