import type { FieldKind } from '@winnow/catalog';
import type { Condition, QueryNode } from '../ast.ts';
import { type Asked, assertEquals, on, refuseValue } from './asked.ts';
import { nodeOfChoice } from './choices.ts';
import { readMomentRange } from './moments.ts';
import { nodeOfNumber, nodeOfText, readBoolean } from './plain-values.ts';
import { nodeOfReference } from './references.ts';
import { assertMeaningful } from './related.ts';

type ReadValue = (asked: Asked) => QueryNode;

/** By kind of field: what a value asks for. */
const KINDS: { readonly [K in FieldKind]: ReadValue } = {
  text: nodeOfText,
  time_zone: nodeOfText,
  text_list: nodeOfText,
  choice: nodeOfChoice,
  reference: nodeOfReference,
  id: (asked) => {
    assertEquals(asked);
    return { type: 'id', negate: false, value: asked.value.text };
  },
  boolean: (asked) => on(asked, { type: 'boolean', value: readBoolean(asked) }),
  integer: nodeOfNumber,
  number: nodeOfNumber,
  date: (asked) => on(asked, readMomentRange(asked, true)),
  moment: (asked) => on(asked, readMomentRange(asked, false)),
  json: (asked) => {
    throw refuseValue(asked, 'It can only be asked whether the field has a value: write * as the value.');
  },
};

/** The node that a field, an operator and a value come to. @throws QueryError */
export function nodeOfValue(asked: Asked): QueryNode {
  const { value, operator, field } = asked;
  if (value.type === 'word' && value.text === '*' && (operator === ':' || operator === '=')) {
    return nodeOfExists(asked);
  }
  const node = KINDS[field.kind](asked);
  assertMeaningful(asked.level, asked.level.type, node, value);
  return node;
}

/**
 * The field has a value. A count always has one, and so may any whole number that is worked out: people who ask mean
 * that there is something to count, and "has a value" would quietly match every object.
 */
export function nodeOfExists(asked: Asked): QueryNode {
  const { source, kind } = asked.field;
  const isWorkedOut = source.from === 'expression' && kind === 'integer';
  const isCount = isWorkedOut || (source.from === 'aggregate' && source.function === 'count');
  const condition: Condition = isCount
    ? { type: 'number_range', gt: 0, gte: null, lt: null, lte: null }
    : { type: 'exists' };
  const node = on(asked, condition);
  assertMeaningful(asked.level, asked.level.type, node, asked.value);
  return node;
}
