import { encodeId, ID_PREFIX } from '@winnow/catalog';
import { customFieldsById, type Db, findSavedSearchNames, type JsonObject, type Trx } from '@winnow/db';
import { parseLegacyQuery, writeQuery } from '@winnow/query';
import type { QueryScope } from './checked-request.ts';

/** A text query as the JSON that says the same. */
export interface LegacyRequest {
  readonly tree: JsonObject;
  /** What `sort:` in the text says, as JSON. */
  readonly sort: readonly JsonObject[];
}

/**
 * Reads a query in the legacy text language: names in it are looked up among the organization's custom fields, and the
 * saved searches that the user can see.
 * @param objectType what it is about, by name or alias.
 * @param path what the text is called in error paths.
 * @throws QueryError that says where in the text.
 */
export async function readLegacyQuery(
  db: Db | Trx,
  scope: QueryScope,
  text: string,
  objectType: string,
  path: string,
): Promise<LegacyRequest> {
  const names = await findSavedSearchNames(db, scope);
  const { node, sort } = parseLegacyQuery(
    text,
    {
      catalog: scope.catalog,
      customFields: await customFieldsById(db, { organizationId: scope.organizationId }),
      savedSearchesByName: new Map(
        [...names].map(([name, id]) => [name, encodeId(ID_PREFIX.savedSearch, id)]),
      ),
      objectType,
    },
    path,
  );
  return { tree: writeQuery(node), sort: sort.map((item) => ({ ...item })) };
}
