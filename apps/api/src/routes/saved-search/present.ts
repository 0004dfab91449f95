import { type Catalog, encodeId, ID_PREFIX, objectTypeOf } from '@winnow/catalog';
import type { JsonObject, SavedSearchRow } from '@winnow/db';
import { presentMoment } from '@winnow/records';
import { isUserDependent } from '@winnow/search';
import { typeNameOf } from './types.ts';

/** A saved search in Close's shape (reference, section 6). */
export function presentSavedSearch(catalog: Catalog, row: SavedSearchRow): JsonObject {
  return {
    id: encodeId(ID_PREFIX.savedSearch, row.id),
    organization_id: encodeId(ID_PREFIX.organization, row.organization_id),
    user_id: presentUser(row.user_id),
    name: row.name,
    description: row.description,
    type: typeNameOf(objectTypeOf(catalog, row.object_type)),
    query: row.query,
    s_query: row.s_query,
    selected_fields: row.selected_fields,
    is_shared: row.is_shared,
    is_user_dependent: isUserDependent(row.tree),
    shared_with: [],
    created_by: presentUser(row.created_by),
    updated_by: presentUser(row.updated_by),
    date_created: presentMoment(row.date_created),
    date_updated: presentMoment(row.date_updated),
  };
}

function presentUser(id: string | null): string | null {
  return id === null ? null : encodeId(ID_PREFIX.user, id);
}
