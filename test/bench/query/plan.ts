import type { Db } from '@winnow/db';
import { type RawBuilder, sql } from 'kysely';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** Tables that a statement would read from end to end, as Postgres plans it now. */
export async function scannedTables(db: Db, statement: RawBuilder<unknown>): Promise<readonly string[]> {
  const { rows } = await sql<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>`
    explain (format json) ${statement}
  `.execute(db);
  const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
  return plan ? [...new Set(scansOf(plan))] : [];
}

function scansOf(node: PlanNode): readonly string[] {
  const own =
    node['Node Type'] === 'Seq Scan' && node['Relation Name'] !== undefined ? [node['Relation Name']] : [];
  return [...own, ...(node.Plans ?? []).flatMap(scansOf)];
}
