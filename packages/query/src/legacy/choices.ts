import type { QueryNode } from '../ast.ts';
import { listAllowed } from '../wording.ts';
import { type Asked, assertEquals, assertWholeValue, on, refuseValue } from './asked.ts';
import { refusal } from './context.ts';
import { foldName } from './type-names.ts';

/**
 * One of a field's values, upper and lower case, spaces, `_` and `-` not counting unless two values differ by nothing
 * else. @throws QueryError QUERY_UNKNOWN_VALUE, QUERY_AMBIGUOUS_NAME
 */
export function nodeOfChoice(asked: Asked): QueryNode {
  assertEquals(asked);
  assertWholeValue(asked);
  return on(asked, { type: 'term', values: [findChoice(asked)] });
}

function findChoice(asked: Asked): string {
  const { field, value, level } = asked;
  const { values } = field;
  if (values === undefined || values.includes(value.text)) return value.text;
  const folded = foldName(value.text);
  const spellings = [...values.map((known) => [known, known] as const), ...aliasesOf(asked)];
  const found = new Set(spellings.flatMap(([name, known]) => (foldName(name) === folded ? [known] : [])));
  const [only, second] = found;
  if (only === undefined) throw refuseValue(asked, listAllowed(value.text, values));
  if (second === undefined) return only;
  const reason = `This may be the value "${only}" or "${second}" of "${field.name}". Write one as it is.`;
  throw refusal(level.source, value.start, 'QUERY_AMBIGUOUS_NAME', reason);
}

function aliasesOf({ ref, level }: Asked): readonly (readonly [string, string])[] {
  if (ref.type === 'custom_field') return [];
  return Object.entries(level.type.fields[ref.fieldName]?.valueAliases ?? {});
}
