import type { QueryNode } from '../ast.ts';
import { quote } from '../wording.ts';
import { fieldAt, inverted, type Level, refusal } from './context.ts';
import type { Cursor } from './cursor.ts';
import { resolveField } from './field-names.ts';
import { readHas } from './has.ts';
import { nodeOfRelated } from './related.ts';
import { nodeOfSavedSearch } from './saved-search.ts';
import type { Token } from './tokens.ts';
import { nodeOfValue } from './value-kinds.ts';
import { type Comparison, isComparison, readValues } from './values.ts';

type ReadTerm = (cursor: Cursor, level: Level, name: Token) => QueryNode;

/** Words that are no fields, each followed by `:`. */
const SPECIAL: Readonly<Record<string, ReadTerm>> = {
  has: (cursor, level) => readValues(cursor, (value) => readHas(level, value)),
  in: (cursor, level) => readValues(cursor, (value) => nodeOfSavedSearch(level, value)),
  sort: (cursor, _, name) => {
    const reason =
      'sort: orders the whole query. It stands outside of parentheses, and not after "not" or "or".';
    throw cursor.refuse(reason, name);
  },
  slice: (_, { source }, name) => {
    const reason =
      'slice: is not supported, since a part of a list that changes is no reliable set. To take a limited number give ' +
      'results_limit and sort beside the query.';
    throw refusal(source, name.start, 'QUERY_NOT_SUPPORTED', reason);
  },
};

/** `name:value`, `name > 1`, `has:calls`: a field meets a condition. The name is next, and an operator after it. */
export function readFieldTerm(cursor: Cursor, level: Level): QueryNode {
  const name = cursor.take();
  const operator = cursor.take();
  const special = name.type === 'word' ? name.text.toLowerCase() : '';
  const read = Object.hasOwn(SPECIAL, special) ? SPECIAL[special] : undefined;
  if (read && operator.text === ':') return read(cursor, level, name);
  if (read) throw cursor.refuse(`${quote(name.text)} is followed by ":".`, operator);
  const comparison = operator.text === '!=' ? '=' : operator.text;
  if (!isComparison(comparison)) throw cursor.refuse(`${quote(operator.text)} is no operator.`, operator);
  const node = readCondition(cursor, level, name, comparison);
  return operator.text === '!=' ? inverted(node) : node;
}

function readCondition(cursor: Cursor, level: Level, name: Token, operator: Comparison): QueryNode {
  const { type, ref } = resolveField(level, name);
  const own = { ...level, type };
  const field = fieldAt(own, ref, name.start);
  const read = (value: Token) => nodeOfValue({ level: own, ref, field, operator, value, name });
  const node = operator === ':' ? readValues(cursor, read) : readValues(cursor, read, operator);
  return type === level.type ? node : nodeOfRelated(level, type, node, name);
}
