import { type Catalog, type ObjectType, type Table, tableOf } from '@winnow/catalog';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../connection.ts';

/** Where objects are looked for: one type of one organization, whose `column` holds `value`. */
export interface IdentifiedScope {
  readonly catalog: Catalog;
  /** UUID of the organization. */
  readonly tenantId: string;
  readonly objectType: ObjectType;
  readonly within: { readonly column: string; readonly value: string };
}

/** Values that people know objects by, of one text column. */
export interface IdentifierKeys {
  readonly column: string;
  readonly values: readonly string[];
}

/** An object that has one of the keys. */
export interface IdentifiedObject {
  /** Plain UUID. */
  readonly id: string;
  /** What its key columns hold, by column. */
  readonly keys: Readonly<Record<string, string | null>>;
}

/** Objects of one key that are read. Two say that it names several, and a placeholder may be the key of a million. */
const MOST_OF_A_KEY = 2;

/**
 * Finds the objects that have one of the keys in one of the columns: of each key at most two, in the order of their ids.
 * @param chosenBy UUID of a bulk delete: the objects that it was made for are all found, and those that it has deleted
 *   by what they were.
 */
export async function findIdentified(
  db: Db,
  scope: IdentifiedScope,
  keys: readonly IdentifierKeys[],
  chosenBy?: string,
): Promise<readonly IdentifiedObject[]> {
  const asked = keys.filter(({ values }) => values.length > 0);
  if (asked.length === 0) return [];
  const { catalog, objectType } = scope;
  const table = tableOf(catalog, objectType.table);
  const held = sql`jsonb_build_object(${sql.join(
    keys.map(({ column }) => sql`${column}::text, ${sql.id(column)}`),
  )})`;
  const live = sql.id(catalog.schema, table.name);
  const isOurs = isWithin(scope, table);
  const ofKeys = asked.map(
    ({ column, values }) => sql`
      select id, keys from (
        select id, ${held} as keys, row_number() over (partition by ${sql.id(column)} order by id) as nth
        from ${live} where ${isOurs} and ${sql.id(column)} = any(${[...new Set(values)]}::text[])
      ) as having_key where nth <= ${MOST_OF_A_KEY}`,
  );
  const chosen =
    chosenBy === undefined
      ? []
      : [
          sql`select id, ${held} as keys from ${sql.id(catalog.archiveSchema, table.name)}
              where bulk_delete_id = ${chosenBy} and ${isOurs}`,
          sql`select id, ${held} as keys from ${live} where ${isOurs} and id = any(array(
                select unnest(object_ids) from bulk_delete_page where bulk_delete_id = ${chosenBy}))`,
        ];
  const { rows } = await sql<IdentifiedObject>`
    ${sql.join([...ofKeys, ...chosen], sql` union `)} order by id
  `.execute(db);
  return rows;
}

function isWithin({ tenantId, objectType, within }: IdentifiedScope, table: Table): RawBuilder<unknown> {
  const ofType =
    table.typeColumn === undefined ? sql`` : sql`and ${sql.id(table.typeColumn)} = ${objectType.typeValue}`;
  return sql`${sql.id(table.tenantColumn)} = ${tenantId} and ${sql.id(within.column)} = ${within.value} ${ofType}`;
}

/** The ids that a bulk delete was made for, whatever became of them. Plain UUIDs. For deletions by ids: they are few. */
export async function findTargetIds(db: Db, bulkDeleteId: string): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    select unnest(object_ids) as id from bulk_delete_page where bulk_delete_id = ${bulkDeleteId}
  `.execute(db);
  return new Set(rows.map(({ id }) => id));
}
