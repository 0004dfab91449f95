import { type Catalog, findObjectType, type ObjectType } from '@winnow/catalog';
import type { Db, JsonObject, Trx } from '@winnow/db';
import { type CheckedRequest, checkRequest, type QueryScope, readLegacyQuery } from '@winnow/search';
import { BulkDeleteError } from './errors.ts';

/** The part of a request that says which objects are meant: one of the two queries, and an order. */
export interface AskedObjects {
  readonly sQuery: unknown;
  /** The query as Close's old text; null when there is none. */
  readonly query: string | null;
  readonly sort: unknown;
  /** What the client believes the query to be about, by any of the type's names. */
  readonly bulkObjectType?: string;
}

/** A query that agrees with the catalog, with what is stored of it. */
export interface CheckedObjects extends CheckedRequest {
  /** As it came; for a text, the tree that means the same. */
  readonly sQuery: JsonObject;
  /** As it came, or as the text has it. */
  readonly sortJson: readonly JsonObject[];
}

/**
 * Takes the query of a request from JSON, or from text, to what can be compiled.
 * @throws QueryError with the path; BulkDeleteError when there is no query, or two.
 */
export async function checkObjects(
  db: Db | Trx,
  scope: QueryScope,
  asked: AskedObjects,
): Promise<CheckedObjects> {
  if (asked.query !== null) return checkText(db, scope, asked.query, asked);
  if (asked.sQuery === undefined || asked.sQuery === null) {
    throw new BulkDeleteError(
      'BULK_DELETE_NEEDS_QUERY',
      's_query',
      'A bulk delete needs a query. To delete every object of a type, send ' +
        '"s_query": {"type": "object_type", "object_type": "…"} and "match_all": true.',
    );
  }
  const checked = await checkRequest(db, scope, {
    tree: asked.sQuery,
    treePath: 's_query',
    sort: asked.sort ?? [],
  });
  // What has passed the check is an object, and a list of objects.
  return {
    ...checked,
    sQuery: asked.sQuery as JsonObject,
    sortJson: (asked.sort ?? []) as readonly JsonObject[],
  };
}

async function checkText(
  db: Db | Trx,
  scope: QueryScope,
  text: string,
  { sQuery, sort, bulkObjectType }: AskedObjects,
): Promise<CheckedObjects> {
  if (sQuery !== undefined && sQuery !== null) {
    throw new BulkDeleteError(
      'BULK_DELETE_TWO_QUERIES',
      'query',
      'Send s_query or query, not both: they may mean different objects.',
    );
  }
  const { name } = typeOfText(scope.catalog, bulkObjectType);
  const read = await readLegacyQuery(db, scope, text, name, 'query');
  const isSorted = sort !== undefined && sort !== null && !(Array.isArray(sort) && sort.length === 0);
  if (isSorted && read.sort.length > 0) {
    throw new BulkDeleteError(
      'BULK_DELETE_TWO_SORTS',
      'sort',
      'The query has a sort of its own. Take one of the two away.',
    );
  }
  const sortJson = isSorted ? sort : read.sort;
  const checked = await checkRequest(db, scope, { tree: read.tree, treePath: 'query', sort: sortJson });
  return { ...checked, sQuery: read.tree, sortJson: sortJson as readonly JsonObject[] };
}

/** A text does not say what it is about: it is about what the client says, or else about the roots, as in Close. */
function typeOfText(catalog: Catalog, believed: string | undefined): ObjectType {
  const name = believed ?? catalog.rootObjectType;
  const type =
    Object.values(catalog.objectTypes).find(({ bulkName }) => bulkName !== undefined && bulkName === name) ??
    (name === undefined ? undefined : findObjectType(catalog, name));
  if (type) return type;
  throw new BulkDeleteError(
    'BULK_DELETE_OTHER_TYPE',
    'bulk_object_type',
    'There are no objects of this type. A query as text is about the type that is named here.',
  );
}
