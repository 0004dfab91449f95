import { kindColumn, type ObjectType, type Table } from '@winnow/catalog';
import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../transaction.ts';

/** Which page of an undo gives rows back, and what of them stays known. */
export interface RestoredPage {
  readonly undoId: string;
  /** The page's in the undo; of a piece of a page, a number of its own. */
  readonly position: number;
  /** Object types whose records are remembered: those that have events. */
  readonly rememberedTypes: readonly ObjectType[];
}

interface RememberedPage {
  readonly organizationId: string;
  readonly bulkDeleteId: string;
  readonly pageNo: number;
  readonly restored: RestoredPage;
}

/**
 * A position that no page of the undo has and no piece of one yet. Only for whoever holds the undo's one lane: two at
 * once would get the same.
 */
export async function nextPiecePosition(
  trx: Trx,
  undo: { readonly id: string; readonly n_pages: number },
): Promise<number> {
  const { rows } = await sql<{ position: number }>`
    select greatest(max(position), ${undo.n_pages}::int) + 1 as position from bulk_undo_restored
    where bulk_undo_id = ${undo.id}
  `.execute(trx);
  return rows[0]?.position ?? undo.n_pages + 1;
}

/** The columns that `rememberRestored` reads, from a row that is just coming back: `id`, `type`, `kind`, `root`. */
export function givenBackColumns(table: Table, { rememberedTypes }: RestoredPage): RawBuilder<unknown> {
  const types = rememberedTypes.filter((type) => type.table === table.name);
  const type = table.typeColumn === undefined ? sql`null::text` : sql.id(table.typeColumn);
  return sql`id, ${type} as type, ${byType(table, types, kindColumn)}::text as kind,
    ${byType(table, types, ({ rootColumn }) => rootColumn)}::uuid as root`;
}

/**
 * Part of the statement that gives rows of a table back: keeps their ids, one row for each kind of record.
 * @param rows what has those columns.
 * @returns undefined when the table has no records that are remembered.
 */
export function rememberRestored(
  table: Table,
  page: RememberedPage,
  rows: RawBuilder<unknown>,
): RawBuilder<unknown> | undefined {
  const { undoId, position, rememberedTypes } = page.restored;
  const types = rememberedTypes.filter((type) => type.table === table.name);
  if (types.length === 0) return undefined;
  return sql`
    insert into bulk_undo_restored
      (bulk_undo_id, position, bulk_delete_id, page_no, organization_id, table_name, type, kind, ids, root_ids)
    select ${undoId}::uuid, ${position}::int, ${page.bulkDeleteId}::uuid, ${page.pageNo}::int, ${page.organizationId}::uuid,
      ${table.name}::text, type, kind, array_agg(id order by id), array_agg(root order by id)
    from ${rows} as given_back where ${isOfTypes(table, types)} group by type, kind
  `;
}

/** A column of the row by its object type; null where that has none. */
function byType(
  table: Table,
  types: readonly ObjectType[],
  columnOf: (type: ObjectType) => string | undefined,
): RawBuilder<unknown> {
  const column = (type: ObjectType | undefined) => {
    const name = type && columnOf(type);
    return name === undefined ? sql`null` : sql.id(name);
  };
  const whole = types.find(({ typeValue }) => typeValue === undefined);
  if (table.typeColumn === undefined || whole) return column(whole);
  const cases = types
    .filter((type) => columnOf(type) !== undefined)
    .map((type) => sql`when ${type.typeValue}::text then ${column(type)}`);
  return cases.length === 0
    ? sql`null`
    : sql`case ${sql.id(table.typeColumn)} ${sql.join(cases, sql` `)} end`;
}

/** The condition that a row with a column `type`, in which the table has its type column, is of one of these types. */
export function isOfTypes({ typeColumn }: Table, types: readonly ObjectType[]): RawBuilder<unknown> {
  if (typeColumn === undefined || types.some(({ typeValue }) => typeValue === undefined)) return sql`true`;
  return sql`type = any(${types.map(({ typeValue }) => typeValue)}::text[])`;
}
