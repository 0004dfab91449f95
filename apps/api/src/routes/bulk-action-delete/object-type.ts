import { type Catalog, objectTypeOf } from '@winnow/catalog';
import { type Db, listCustomFields } from '@winnow/db';
import { checkQuery, parseQuery } from '@winnow/query';
import { invalid } from '../../refusal.ts';

/**
 * `bulk_object_type` is not needed, since the query names its type; but who sends another one means another query.
 * @throws QueryError for a query that is wrong; Refusal 400 when the two differ.
 */
export async function assertObjectType(
  deps: { readonly db: Db; readonly catalog: Catalog },
  organizationId: string,
  { sQuery, bulkObjectType }: { readonly sQuery: unknown; readonly bulkObjectType: string },
): Promise<void> {
  const customFields = new Map(
    (await listCustomFields(deps.db, { organizationId })).map((field) => [field.id, field]),
  );
  const { objectType } = checkQuery(parseQuery(sQuery), { catalog: deps.catalog, customFields });
  const { bulkName, name, aliases } = objectTypeOf(deps.catalog, objectType);
  if (![bulkName, name, ...aliases].includes(bulkObjectType)) {
    throw invalid({
      bulk_object_type: `s_query is about "${bulkName ?? name}", not about this. Correct one of the two, or leave this out.`,
    });
  }
}
