import type { FieldKind } from '@winnow/catalog';
import type { Condition, Scalar } from '../ast.ts';
import type { CheckedCondition, CheckedField } from '../checked.ts';
import { QueryError } from '../errors.ts';
import { describeValue, listAllowed } from '../wording.ts';
import { decodeOrRefuse, prefixOf } from './ids.ts';
import type { Scope } from './scope.ts';

type ValueCheck = (value: Scalar, field: CheckedField, scope: Scope, path: string) => Scalar;

/** By kind of field: what a value of `term` must be, and what it becomes. */
const VALUES: { readonly [K in FieldKind]?: ValueCheck } = {
  text: checkText,
  time_zone: checkText,
  text_list: checkText,
  choice: checkChoice,
  boolean: (value, _, __, path) =>
    typeof value === 'boolean' ? value : refuse('true or false', value, path),
  integer: (value, _, __, path) =>
    Number.isSafeInteger(value) ? value : refuse('a whole number', value, path),
  number: (value, _, __, path) => (typeof value === 'number' ? value : refuse('a number', value, path)),
  id: (value, _, scope, path) => decodeOrRefuse(scope.type.idPrefix, checkedText(value, path), path),
  reference: (value, field, scope, path) =>
    decodeOrRefuse(prefixOf(scope.catalog, field.target ?? ''), checkedText(value, path), path),
};

/** `term`: the field's value is one of these. @throws QueryError with the path of the value that does not fit. */
export function checkTerm(
  { values }: Condition<'term'>,
  field: CheckedField,
  scope: Scope,
  path: string,
): CheckedCondition {
  const check = VALUES[field.kind];
  if (!check) throw new Error(`no term values are defined for fields of kind ${field.kind}`);
  return {
    type: 'any_of',
    values: values.map((value, index) => check(value, field, scope, `${path}.values[${index}]`)),
  };
}

function checkText(value: Scalar, _: CheckedField, __: Scope, path: string): string {
  return checkedText(value, path);
}

/** A choice that does not exist matches nothing, and negated everything: a typing mistake must not pass. */
function checkChoice(value: Scalar, field: CheckedField, _: Scope, path: string): string {
  const text = checkedText(value, path);
  if (!field.values || field.values.includes(text)) return text;
  if (field.valueAliases && Object.hasOwn(field.valueAliases, text)) return field.valueAliases[text] ?? text;
  const reason = `${describeValue(text)} is no value of "${field.name}". ${listAllowed(text, field.values)}`;
  throw new QueryError('QUERY_UNKNOWN_VALUE', path, reason);
}

function checkedText(value: Scalar, path: string): string {
  return typeof value === 'string' ? value : refuse('a text', value, path);
}

function refuse(expected: string, value: Scalar, path: string): never {
  throw new QueryError('QUERY_WRONG_TYPE', path, `Must be ${expected}; got ${describeValue(value)}.`);
}
