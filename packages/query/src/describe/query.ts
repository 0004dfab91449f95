import type { QueryNode } from '../ast.ts';
import { MANY, sayClause } from './clauses.ts';
import { type DescribeContext, spokenOf } from './context.ts';
import { sayNode } from './nodes.ts';

/** What people read to the end; the query itself is shown beside it. */
const MAX_CHARACTERS = 1_000;

/**
 * What a query asks for, in words: `leads whose name contains the words “ACME Inc.” and that were created before
 * 1 January 2023`. Every query has words: names that the catalog does not have stand as they are. Cut by "…" where it
 * would be longer than about 1,000 characters.
 */
export function describeQuery(node: QueryNode, context: DescribeContext): string {
  const spoken = spokenOf(context, context.objectType);
  const clause = sayNode(node, spoken);
  const { many } = spoken.label;
  if (clause.says === 'all') return `all ${many}`;
  if (clause.says === 'none') return `no ${many}`;
  return cut(`${many} ${sayClause(clause, MANY)}`);
}

function cut(sentence: string): string {
  if (sentence.length <= MAX_CHARACTERS) return sentence;
  return `${sentence.slice(0, MAX_CHARACTERS - 1).replace(/\p{Surrogate}$/u, '')}…`;
}
