import { type ObjectType, type Relation, tableOf } from '@winnow/catalog';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Trx } from '../transaction.ts';
import { type ArchivedPage, archived, inPage } from './archived-objects.ts';
import { ofTypes, ROW } from './object-columns.ts';

/** An object that went because another one did. */
export interface ArchivedChild {
  /** Plain UUID. */
  readonly id: string;
  /** What it went with. */
  readonly parent: { readonly table: string; readonly id: string } | null;
}

/**
 * Objects of one type that went with others of a page, in the order of their ids.
 * @param ask.parents the links of the type's table by which its rows go with others.
 */
export async function listArchivedChildren(
  db: Db | Trx,
  page: ArchivedPage,
  ask: {
    readonly type: ObjectType;
    readonly parents: readonly Relation[];
    readonly after: string | null;
    readonly limit: number;
  },
): Promise<readonly ArchivedChild[]> {
  const table = tableOf(page.catalog, ask.type.table);
  const parents = ask.parents.map((relation, index) => {
    // With one link only it is the one that the row went by, and looking it up would read the page once a row.
    const id = ask.parents.length === 1 ? sql.id(ROW, relation.column) : parentId(page, relation);
    return sql`${id} as ${sql.id(`p${index}`)}`;
  });
  const { rows } = await sql<Record<string, string | null>>`
    select ${sql.join([sql`${sql.id(ROW, 'id')} as id`, ...parents])}
    from ${archived(page.catalog, table)} as ${sql.id(ROW)}
    where ${inPage(page, table)} ${ofTypes(page.catalog, table, [ask.type], ROW)}
      ${ask.after === null ? sql`` : sql`and ${sql.id(ROW, 'id')} > ${ask.after}::uuid`}
    order by ${sql.id(ROW, 'id')}
    limit ${ask.limit}
  `.execute(db);
  return rows.map((row) => ({ id: row.id ?? '', parent: parentOf(row, ask.parents) }));
}

/** A row may point at several parents, of which one went: the one that the page has too. */
function parentId(page: ArchivedPage, { column, references }: Relation): RawBuilder<unknown> {
  const { bulkDeleteId, pageNo } = page;
  return sql`(
    select gone.id from ${archived(page.catalog, tableOf(page.catalog, references))} as gone
    where gone.bulk_delete_id = ${bulkDeleteId} and gone.page_no = ${pageNo} and gone.id = ${sql.id(ROW, column)}
  )`;
}

function parentOf(
  row: Readonly<Record<string, string | null>>,
  parents: readonly Relation[],
): ArchivedChild['parent'] {
  for (const [index, { references }] of parents.entries()) {
    const id = row[`p${index}`];
    if (typeof id === 'string') return { table: references, id };
  }
  return null;
}
