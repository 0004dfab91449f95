import { type Catalog, findObjectType } from '@winnow/catalog';
import { listObjectsById, listUsersById, type Trx } from '@winnow/db';
import { type DescribeContext, describeQuery, type ReferencedId, referencedIds } from '@winnow/query';
import type { CheckedObjects } from './checked-request.ts';
import type { Actor, EngineDeps } from './engine.ts';
import { deadlineIn, readWithin } from './read-within.ts';

/** Names are a courtesy: a table that is locked or slow must not hold up a bulk delete for them. */
export const TITLES_TIMEOUT_MS = 500;
/** More names than fit into the words. */
const MAX_TITLES = 50;
const USER = 'user';

/** What a query asks for in words, with the names that statuses, users and the like have now. */
export async function writeQueryWords(
  deps: EngineDeps,
  { organizationId }: Actor,
  { node, query, customFields, savedSearchNames }: CheckedObjects,
): Promise<string> {
  const { catalog } = deps;
  const context: DescribeContext = {
    catalog,
    customFields,
    savedSearchNames,
    objectType: query.objectType,
  };
  const named = referencedIds(node, context)
    .filter(({ target }) => staysOnRecord(catalog, target))
    .slice(0, MAX_TITLES);
  const titles = new Map<string, string>();
  if (named.length > 0) {
    await readWithin(deps.db, deadlineIn(TITLES_TIMEOUT_MS), async (trx) => {
      for (const target of new Set(named.map((reference) => reference.target))) {
        const ids = idsOf(named, target);
        const found = await findTitles(trx, { catalog, tenantId: organizationId }, target, ids);
        for (const [id, title] of found) titles.set(id, title);
      }
    });
  }
  return describeQuery(node, { ...context, titles });
}

/** The words are kept with the bulk delete: names of what can be deleted, or of parts of it, must not be among them. */
function staysOnRecord(catalog: Catalog, target: string): boolean {
  if (target === USER) return true;
  const objectType = findObjectType(catalog, target);
  return objectType !== undefined && objectType.bulkName === undefined && objectType.partOf === undefined;
}

function idsOf(named: readonly ReferencedId[], target: string): readonly string[] {
  return named.filter((reference) => reference.target === target).map(({ id }) => id);
}

async function findTitles(
  trx: Trx,
  scope: { readonly catalog: Catalog; readonly tenantId: string },
  target: string,
  ids: readonly string[],
): Promise<readonly (readonly [id: string, title: string])[]> {
  if (target === USER) {
    const users = await listUsersById(trx, { organizationId: scope.tenantId, ids });
    return users.map(({ id, first_name, last_name }) => [id, `${first_name} ${last_name}`.trim()]);
  }
  const objectType = findObjectType(scope.catalog, target);
  const titleField = objectType?.titleField;
  if (!objectType || titleField === undefined) return [];
  const rows = await listObjectsById(
    trx,
    { ...scope, types: [objectType] },
    { ids, wanted: ({ name }) => name === titleField },
  );
  return rows.flatMap(({ id, values }) => {
    const title = values[titleField];
    return typeof title === 'string' ? [[id, title] as const] : [];
  });
}
