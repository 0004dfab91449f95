import type { FieldKind } from '@winnow/catalog';
import type { Condition, ConditionType } from '../ast.ts';
import type { CheckedField, ConditionOutcome } from '../checked.ts';
import { QueryError } from '../errors.ts';
import { listAllowed } from '../wording.ts';
import { pointsAtActor } from './ids.ts';
import { checkNumberRange, isCount } from './number-range.ts';
import { checkReference } from './reference.ts';
import type { Scope } from './scope.ts';
import { checkTerm } from './term.ts';

interface ConditionCheck<T extends ConditionType> {
  /** The kinds of fields that the condition fits. */
  readonly kinds: readonly FieldKind[];
  readonly check: (
    condition: Condition<T>,
    field: CheckedField,
    scope: Scope,
    path: string,
  ) => ConditionOutcome;
}

const CHECKS: { readonly [T in ConditionType]: ConditionCheck<T> } = {
  text: { kinds: ['text', 'time_zone', 'choice', 'text_list'], check: (condition) => condition },
  boolean: { kinds: ['boolean'], check: ({ value }) => ({ type: 'any_of', values: [value] }) },
  exists: {
    kinds: [
      'text',
      'time_zone',
      'id',
      'reference',
      'choice',
      'boolean',
      'integer',
      'number',
      'date',
      'moment',
      'text_list',
      'json',
    ],
    // A count is never missing, nor is an id.
    check: (condition, field) => isCount(field) || field.kind === 'id' || condition,
  },
  term: {
    kinds: ['text', 'time_zone', 'choice', 'boolean', 'integer', 'number', 'id', 'reference', 'text_list'],
    check: checkTerm,
  },
  reference: { kinds: ['reference'], check: checkReference },
  current_user: {
    kinds: ['reference'],
    check: (_, field, __, path) => {
      if (!pointsAtActor(field.target)) throw refuseCondition('current_user', field, path);
      return { type: 'current_user', path };
    },
  },
  number_range: { kinds: ['integer', 'number'], check: checkNumberRange },
  moment_range: { kinds: ['moment', 'date'], check: (condition, _, __, path) => ({ ...condition, path }) },
  local_time: { kinds: ['time_zone'], check: (condition) => condition },
};

/**
 * Makes sure that a condition fits its field, and its values the field's kind.
 * @throws QueryError QUERY_CONDITION_DOES_NOT_FIT, or what is wrong with the values.
 */
export function checkCondition<T extends ConditionType>(
  condition: Condition<T>,
  field: CheckedField,
  scope: Scope,
  path: string,
): ConditionOutcome {
  const { kinds, check } = CHECKS[condition.type];
  if (!kinds.includes(field.kind)) throw refuseCondition(condition.type, field, path);
  return check(condition, field, scope, path);
}

function refuseCondition(given: ConditionType, field: CheckedField, path: string): QueryError {
  const fitting = Object.entries(CHECKS)
    .filter(([type, { kinds }]) => kinds.includes(field.kind) && type !== given)
    .map(([type]) => type);
  const reason = `The condition "${given}" does not fit the field "${field.name}" (${field.kind}). ${listAllowed('', fitting)}`;
  return new QueryError('QUERY_CONDITION_DOES_NOT_FIT', `${path}.type`, reason);
}
