import { tableOf } from '@winnow/catalog';
import type { QueryNode, TextMode } from '../ast.ts';
import type { CheckedField, CheckedNode } from '../checked.ts';
import { QueryError } from '../errors.ts';
import { QUERY_LIMITS } from '../limits.ts';
import { hasWords } from '../parse/searched-text.ts';
import { checkedRegular, describeCustom } from './fields.ts';
import { conjunction, disjunction } from './fold.ts';
import type { Scope } from './scope.ts';

/** Types of custom fields that hold words; values of the others are ids, numbers and days. */
const WORDED = new Set(['text', 'textarea', 'hidden', 'choices']);

/**
 * The `text` node: text-like fields of the object at once (reference, 2.1). For modes that compare words, each term
 * between white space has to be found in one of the fields, so that words may be spread over them; a phrase and an
 * exact value stand in one field. A type without such fields has nothing to be found by.
 * @throws QueryError QUERY_TOO_LARGE
 */
export function checkText({ mode, value }: QueryNode<'text'>, scope: Scope, path: string): CheckedNode {
  const fields = textFieldsOf(scope);
  if (mode === 'phrase' || mode === 'exact_value') return inAnyField(fields, mode, value);
  const terms = value.split(/\s+/u).filter(hasWords);
  if (terms.length > QUERY_LIMITS.textTerms) {
    const reason = `More than ${QUERY_LIMITS.textTerms} words. Each is looked for in every text field.`;
    throw new QueryError('QUERY_TOO_LARGE', `${path}.value`, reason);
  }
  // With one field there is nothing to be spread over: a single condition says it all.
  if (fields.length === 1) return inAnyField(fields, mode, value);
  return conjunction(terms.map((term) => inAnyField(fields, mode, term)));
}

function inAnyField(fields: readonly CheckedField[], mode: TextMode, value: string): CheckedNode {
  return disjunction(
    fields.map((field) => ({ type: 'field', field, condition: { type: 'text', mode, value } })),
  );
}

/** The object's own texts: what it looks up elsewhere belongs to other objects. */
function textFieldsOf(scope: Scope): readonly CheckedField[] {
  const { type, catalog, customFields } = scope;
  const columns = new Map<string, CheckedField>();
  for (const field of Object.values(type.fields)) {
    const isText = field.kind === 'text' && field.searchable && field.source.from === 'column';
    if (isText && !columns.has(field.source.column)) columns.set(field.source.column, checkedRegular(field));
  }
  const { customColumn } = tableOf(catalog, type.table);
  const custom =
    customColumn === undefined || type.customFieldOwner === undefined
      ? []
      : [...customFields.values()]
          .filter((field) => field.owner === type.customFieldOwner && WORDED.has(field.type))
          .map((field) => describeCustom(field, customColumn));
  return [...columns.values(), ...custom];
}
