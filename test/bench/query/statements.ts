import { CRM_CATALOG, type CustomField, objectTypeOf, tableOf } from '@winnow/catalog';
import { type Db, insertPages, type TargetQuery, type Trx, targetsOfQuery } from '@winnow/db';
import { type CompiledQuery, checkQuery, compileQuery, parseQuery } from '@winnow/query';
import { type RawBuilder, sql } from 'kysely';
import type { ExampleKeys } from './data.ts';
import type { HandWritten } from './hand-written.ts';

const PAGE_SIZE = 1_000;

/** A query in the two forms in which it is measured. */
export interface Statement {
  readonly count: RawBuilder<{ readonly n: number }>;
  readonly targets: TargetQuery;
  readonly rootsAreTargets: boolean;
}

/** From JSON to SQL, as a request does. */
export function compileExample(
  json: unknown,
  keys: ExampleKeys,
  customFields: ReadonlyMap<string, CustomField>,
  now: Date,
): { readonly compiled: CompiledQuery; readonly objectType: string } {
  const checked = checkQuery(parseQuery(json), { catalog: CRM_CATALOG, customFields });
  const compiled = compileQuery(checked, [], {
    catalog: CRM_CATALOG,
    tenantId: keys.organization,
    userId: keys.me,
    now,
    tzOffsetMinutes: 0,
  });
  return { compiled, objectType: checked.objectType };
}

export function compiledStatement(compiled: CompiledQuery, objectType: string): Statement {
  const type = objectTypeOf(CRM_CATALOG, objectType);
  return {
    count: sql`select count(*) as n from ${compiled.from} where ${compiled.where}`,
    targets: targetsOfQuery(CRM_CATALOG, type, { ...compiled, limit: null }),
    rootsAreTargets: type.name === CRM_CATALOG.rootObjectType,
  };
}

/** The same pages, from a `select` that is written by hand. */
export function handWrittenStatement({ table, fromWhere }: HandWritten, objectType: string): Statement {
  const { rootColumn = 'id' } = objectTypeOf(CRM_CATALOG, objectType);
  if (tableOf(CRM_CATALOG, objectTypeOf(CRM_CATALOG, objectType).table).name !== table) {
    throw new Error(`the SQL by hand is about ${table}, the query about ${objectType}`);
  }
  return {
    count: sql`select count(*) as n ${fromWhere}`,
    targets: sql`select o.id, ${sql.ref(`o.${rootColumn}`)} as root, row_number() over (order by o.id asc) as position
      ${fromWhere} order by o.id asc`,
    rootsAreTargets: objectType === CRM_CATALOG.rootObjectType,
  };
}

/** Writes the pages and takes them back, so that the next run finds the same. @returns milliseconds, and how many. */
export async function timeResolving(
  db: Db,
  statement: Statement,
  bulkDeleteId: string,
): Promise<{ readonly ms: number; readonly n: number }> {
  const undo = new Error('taken back');
  let result = { ms: 0, n: 0 };
  const resolve = async (trx: Trx) => {
    const started = performance.now();
    const { nObjects } = await insertPages(trx, { bulkDeleteId, pageSize: PAGE_SIZE, ...statement });
    result = { ms: performance.now() - started, n: nObjects };
    throw undo;
  };
  await db
    .transaction()
    .execute(resolve)
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  return result;
}

export async function timeCounting(
  db: Db,
  statement: Statement,
): Promise<{ readonly ms: number; readonly n: number }> {
  const started = performance.now();
  const { rows } = await statement.count.execute(db);
  return { ms: performance.now() - started, n: Number(rows[0]?.n) };
}
