import type { Catalog, CustomField } from '@winnow/catalog';
import { type Db, listCustomFields, type Trx } from '@winnow/db';
import { type CheckedQuery, checkQuery, parseQuery, parseSort, type SortItem } from '@winnow/query';
import { BulkDeleteError } from './errors.ts';

export interface CheckedRequest {
  readonly query: CheckedQuery;
  readonly sort: readonly SortItem[];
}

/**
 * Takes `s_query` and `sort` from JSON to what can be compiled. Done twice for every bulk delete: when it is made,
 * so that mistakes are answered, and when it is resolved, so that only JSON is ever stored.
 * @throws QueryError with the JSON path; BulkDeleteError when there is no query at all.
 */
export async function checkRequest(
  db: Db | Trx,
  catalog: Catalog,
  organizationId: string,
  sQuery: unknown,
  sort: unknown,
): Promise<CheckedRequest> {
  if (sQuery === undefined || sQuery === null) {
    throw new BulkDeleteError(
      'BULK_DELETE_NEEDS_QUERY',
      's_query',
      'A bulk delete needs a query. To delete every object of a type, send ' +
        '"s_query": {"type": "object_type", "object_type": "…"} and "match_all": true.',
    );
  }
  const node = parseQuery(sQuery);
  const customFields = await loadCustomFields(db, organizationId);
  const query = checkQuery(node, { catalog, customFields });
  return { query, sort: parseSort(sort ?? [], { catalog, customFields, objectType: query.objectType }) };
}

async function loadCustomFields(
  db: Db | Trx,
  organizationId: string,
): Promise<ReadonlyMap<string, CustomField>> {
  const fields = await listCustomFields(db, { organizationId });
  return new Map(fields.map((field) => [field.id, field]));
}
