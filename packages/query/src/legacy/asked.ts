import type { Condition, FieldRef, QueryNode } from '../ast.ts';
import type { CheckedField } from '../checked.ts';
import { quote } from '../wording.ts';
import { type Level, refusal } from './context.ts';
import type { Token } from './tokens.ts';
import type { Comparison } from './values.ts';

/** What a value is read for. */
export interface Asked {
  /** The level that the field belongs to. */
  readonly level: Level;
  readonly ref: FieldRef;
  readonly field: CheckedField;
  readonly operator: Comparison;
  readonly value: Token;
  /** The field's name in the text. */
  readonly name: Token;
}

/** The field meets `condition`. */
export function on({ ref }: Pick<Asked, 'ref'>, condition: Condition): QueryNode {
  return { type: 'field_condition', negate: false, field: ref, condition };
}

/** @returns the error for a value that its field cannot have. */
export function refuseValue({ level, value, field }: Asked, reason: string) {
  const found = `${quote(value.text)} is no value of the field "${field.name}" (${field.kind}).`;
  return refusal(level.source, value.start, 'QUERY_UNKNOWN_VALUE', `${found} ${reason}`);
}

/** @throws QueryError QUERY_CONDITION_DOES_NOT_FIT for `<`, `>` and their like on a field without an order. */
export function assertEquals({ level, operator, name, field }: Asked): void {
  if (operator === ':' || operator === '=') return;
  const reason = `"${operator}" compares numbers and dates, and the field "${field.name}" (${field.kind}) holds neither. Allowed: :, =, !=.`;
  throw refusal(level.source, name.start, 'QUERY_CONDITION_DOES_NOT_FIT', reason);
}

/** @throws QueryError QUERY_UNKNOWN_VALUE for a word that ends in a star, where only whole values are compared. */
export function assertWholeValue(asked: Asked): void {
  if (asked.value.type === 'word' && asked.value.text.endsWith('*')) {
    throw refuseValue(asked, 'Only texts are searched for words that begin so.');
  }
}
