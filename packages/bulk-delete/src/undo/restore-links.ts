import { tableOf } from '@winnow/catalog';
import {
  type DetachedColumn,
  type LeftLink,
  listDetachedColumns,
  listLeftLinks,
  type NewUndoConflict,
  type RestorationContext,
  restoreLinks,
  type Trx,
  withSavepoint,
} from '@winnow/db';
import { explainLeftLink, explainRefusedLink } from './conflicts.ts';
import { assertOfRows } from './restore-table.ts';

/** What came back of the links that were cut in records that stayed, and what did not. */
export interface RestoredLinks {
  readonly nRestored: number;
  readonly conflicts: readonly NewUndoConflict[];
}

/** The page's links, a column at a time. */
export async function restoreAllLinks(trx: Trx, context: RestorationContext): Promise<RestoredLinks> {
  let nRestored = 0;
  const conflicts: NewUndoConflict[] = [];
  for (const detached of await listDetachedColumns(trx, context)) {
    const links = await restoreColumn(trx, context, detached);
    nRestored += links.nRestored;
    conflicts.push(...links.conflicts);
  }
  return { nRestored, conflicts };
}

/** All links of a column at once; where the database refuses one of them, one by one, so that each has its own reason. */
async function restoreColumn(
  trx: Trx,
  context: RestorationContext,
  detached: DetachedColumn,
): Promise<RestoredLinks> {
  const relation = tableOf(context.catalog, detached.table).relations.find(
    ({ column }) => column === detached.column,
  );
  if (relation === undefined)
    throw new Error(`${detached.table}.${detached.column} is no link of the catalog`);
  const link = { ...detached, references: relation.references };
  const explain = (left: LeftLink) => explainLeftLink(context.catalog, detached, left);
  try {
    const nRestored = await withSavepoint(trx, () => restoreLinks(trx, context, link));
    return { nRestored, conflicts: (await listLeftLinks(trx, context, detached)).map(explain) };
  } catch (error) {
    assertOfRows(error);
  }
  let nRestored = 0;
  const conflicts: NewUndoConflict[] = [];
  for (const left of await listLeftLinks(trx, context, detached)) {
    try {
      const n = await withSavepoint(trx, () => restoreLinks(trx, context, link, left.row_id));
      nRestored += n;
      if (n === 0) conflicts.push(explain(left));
    } catch (error) {
      assertOfRows(error);
      conflicts.push(explainRefusedLink(context.catalog, detached, left, error));
    }
  }
  return { nRestored, conflicts };
}
