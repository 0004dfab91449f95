import type { Condition, QueryNode } from '../ast.ts';
import { quote } from '../wording.ts';
import type { Cursor } from './cursor.ts';
import { keywordAt, readJoined } from './joined.ts';
import { describeToken, type Token } from './tokens.ts';

export const COMPARISONS = [':', '=', '>', '>=', '<', '<='] as const;
/** `!=` is `not` and `=`. */
export type Comparison = (typeof COMPARISONS)[number];

export function isComparison(text: string): text is Comparison {
  return COMPARISONS.some((comparison) => comparison === text);
}

/**
 * The value after an operator, or several in parentheses: `(a or b)`, `(a -b)`.
 * @param readValue what one value asks for. @param single the operator, when it takes one value only.
 * @throws QueryError QUERY_LEGACY_SYNTAX, or what `readValue` throws
 */
export function readValues(
  cursor: Cursor,
  readValue: (value: Token) => QueryNode,
  single?: string,
): QueryNode {
  const token = cursor.peek();
  if (token.type === 'open') {
    if (single !== undefined) {
      throw cursor.refuse(`${quote(single)} compares with one value. Several in parentheses follow ":".`);
    }
    return cursor.inParentheses(() => readGroup(cursor, readValue));
  }
  if ((token.type !== 'word' && token.type !== 'quoted') || keywordAt(cursor) !== undefined) {
    const found = describeToken(token);
    throw cursor.refuse(
      `Found ${found} where a value should stand. Words of the language are quoted as values.`,
    );
  }
  cursor.take();
  if (cursor.peek().type === 'open' && cursor.touches()) {
    throw cursor.refuse('A parenthesis touches a value. Put a space between the two.');
  }
  return readValue(token);
}

function readGroup(cursor: Cursor, readValue: (value: Token) => QueryNode): QueryNode {
  const node = readJoined(cursor, () => {
    cursor.countNode(cursor.peek());
    return readValues(cursor, readValue);
  });
  if (node) return mergeLists(node);
  throw cursor.refuse('Nothing stands in these parentheses.');
}

type OneOf = QueryNode<'field_condition'> & { readonly condition: Condition<'term'> };

/** Alternatives that name one value each become one list of values: one comparison in place of many. */
function mergeLists(node: QueryNode): QueryNode {
  if (node.type !== 'or') return node;
  const lists = node.queries.filter(isOneOf);
  const [first] = lists;
  if (first === undefined || lists.length < node.queries.length) return node;
  const values = [...new Set(lists.flatMap(({ condition }) => condition.values))];
  return { ...first, negate: node.negate, condition: { type: 'term', values } };
}

function isOneOf(node: QueryNode): node is OneOf {
  return node.type === 'field_condition' && node.condition.type === 'term' && !node.negate;
}
