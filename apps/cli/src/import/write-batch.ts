import { tableOf } from '@winnow/catalog';
import { type ColumnValues, errorCode, insertObjects, type Trx, withSavepoint } from '@winnow/db';
import type { Draft } from './draft-row.ts';
import type { ImportPlan } from './plan.ts';
import { USER_STAMPS } from './plan-parts.ts';
import type { Reject } from './rejects.ts';

export interface WriteContext {
  readonly trx: Trx;
  readonly plan: ImportPlan;
  readonly organizationId: string;
  readonly userId: string;
}

/**
 * Writes drafts whose links are filled. What the server refuses is halved until the rows to blame stand alone.
 * @returns a reject for each of those; all others are written.
 * @throws errors of the server that no row is to blame for.
 */
export async function writeBatch(
  context: WriteContext,
  drafts: readonly Draft[],
): Promise<readonly Reject[]> {
  const [first] = drafts;
  if (!first) return [];
  try {
    await withSavepoint(context.trx, () => insertAll(context, drafts));
    return [];
  } catch (error) {
    if (!isDataError(error)) throw error;
    if (drafts.length === 1) return [{ line: first.line, column: null, reason: describe(error) }];
    const half = Math.ceil(drafts.length / 2);
    const before = await writeBatch(context, drafts.slice(0, half));
    return [...before, ...(await writeBatch(context, drafts.slice(half)))];
  }
}

async function insertAll(context: WriteContext, drafts: readonly Draft[]): Promise<void> {
  const { trx, plan, organizationId } = context;
  for (const [place, { objectType }] of plan.parts.entries()) {
    const objects = drafts.flatMap((draft) => {
      const own = draft.parts[place];
      return own ? [{ id: own.id, values: columnsOf(context, place, draft) }] : [];
    });
    await insertObjects(trx, { catalog: plan.catalog, tenantId: organizationId, objectType }, objects);
  }
}

function columnsOf({ plan, userId }: WriteContext, place: number, draft: Draft): ColumnValues {
  const part = plan.parts[place];
  const own = draft.parts[place];
  if (!part || !own) throw new Error(`the row has no part ${place}`);
  const { customColumn } = tableOf(plan.catalog, part.objectType.table);
  const parent = part.parent ? draft.parts[part.parent.part] : undefined;
  const stamps = USER_STAMPS.filter((name) => part.columns.has(name));
  return {
    ...nullsOf(plan, place),
    ...Object.fromEntries(stamps.map((name) => [name, userId])),
    ...own.values,
    ...(customColumn === undefined ? {} : { [customColumn]: own.custom }),
    ...(part.parent && parent ? { [part.parent.column]: parent.id } : {}),
  };
}

/** Null for each column where no value means null anyway: rows with the same columns go into one statement. */
function nullsOf(plan: ImportPlan, place: number): ColumnValues {
  const columns = plan.values.flatMap(({ place: at }) =>
    at.kind === 'column' && at.part === place && plan.parts[place]?.columns.get(at.column) === 'null'
      ? [at.column]
      : [],
  );
  return Object.fromEntries(columns.map((column) => [column, null]));
}

/** Data exceptions, broken constraints, and values too large for an index (PostgreSQL documentation, appendix A). */
function isDataError(error: unknown): boolean {
  return ['22', '23', '54'].includes(errorCode(error).slice(0, 2));
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const detail = error instanceof Error && 'detail' in error ? String(error.detail ?? '') : '';
  return `the database refuses it: ${message}${detail === '' ? '' : ` (${detail})`}`;
}
