import { type Catalog, type ObjectType, tableOf } from '@winnow/catalog';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Trx } from '../transaction.ts';

/** Objects of one type, of one organization, of which some are to become one. */
export interface MergeScope {
  readonly catalog: Catalog;
  /** UUID of the organization. Every statement is bound to it. */
  readonly tenantId: string;
  readonly objectType: ObjectType;
}

/** An object, and where it belongs. */
export interface RootedObject {
  readonly id: string;
  /** What its type's root column holds; null where it belongs to no root. */
  readonly rootId: string | null;
}

/** Those of these objects that are there, in the order of their ids. */
export function findRooted(
  db: Db | Trx,
  scope: MergeScope,
  ids: readonly string[],
): Promise<readonly RootedObject[]> {
  return selectRooted(db, scope, ids, sql``);
}

/** The same, locked until the end of the transaction: a merge and a deletion of the same objects wait for each other. */
export function lockRooted(
  trx: Trx,
  scope: MergeScope,
  ids: readonly string[],
): Promise<readonly RootedObject[]> {
  return selectRooted(trx, scope, ids, sql`for update`);
}

async function selectRooted(
  db: Db | Trx,
  { catalog, tenantId, objectType }: MergeScope,
  ids: readonly string[],
  lock: RawBuilder<unknown>,
): Promise<readonly RootedObject[]> {
  const table = tableOf(catalog, objectType.table);
  const root = objectType.rootColumn === undefined ? sql`null::uuid` : sql.id(objectType.rootColumn);
  const ofType =
    table.typeColumn === undefined ? sql`` : sql`and ${sql.id(table.typeColumn)} = ${objectType.typeValue}`;
  const { rows } = await sql<RootedObject>`
    select id, ${root} as "rootId" from ${sql.id(catalog.schema, table.name)}
    where id = any(${ids}::uuid[]) and ${sql.id(table.tenantColumn)} = ${tenantId} ${ofType}
    order by id ${lock}
  `.execute(db);
  return rows;
}

/**
 * Whether an object waits to be deleted by a merge that is not finished: what would be given to it now would go with it.
 */
export async function isBeingMergedAway(
  trx: Trx,
  { tenantId, objectType }: MergeScope,
  id: string,
): Promise<boolean> {
  // From the pages that are not done: an organization may have had a million bulk deletes, of which few are open.
  const { rows } = await sql<{ id: string }>`
    with open as materialized (select distinct bulk_delete_id as id from bulk_delete_page where status = 'pending'),
    merging as materialized (
      select b.id from open join bulk_delete b on b.id = open.id
      where b.organization_id = ${tenantId} and b.source = 'merge' and b.object_type = ${objectType.name}
        and b.status not in ('done', 'error', 'cancelled')
    )
    select merging.id from merging join bulk_delete_page p on p.bulk_delete_id = merging.id and p.status = 'pending'
    where p.object_ids @> array[${id}::uuid] limit 1
  `.execute(trx);
  return rows.length > 0;
}
