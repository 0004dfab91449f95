import type { Condition, NumberBounds } from '../ast.ts';
import type { CheckedField, ConditionOutcome } from '../checked.ts';
import { QueryError } from '../errors.ts';
import type { Scope } from './scope.ts';

/**
 * `number_range`. Bounds of a whole-number field are rounded to whole numbers that say the same, so that an index on
 * the column serves. A range over a count that holds for every count, or for none, comes to a constant: it is no
 * condition.
 * @throws QueryError QUERY_EMPTY_RANGE when no number lies in it: nothing would match, and negated everything would.
 */
export function checkNumberRange(
  { gt, gte, lt, lte }: Condition<'number_range'>,
  field: CheckedField,
  _scope: Scope,
  path: string,
): ConditionOutcome {
  const isWhole = field.kind === 'integer';
  const bounds = isWhole ? roundInwards({ gt, gte, lt, lte }) : { gt, gte, lt, lte };
  const low = lowest(bounds, isWhole);
  const high = highest(bounds, isWhole);
  if (low.value > high.value || (low.value === high.value && (low.open || high.open))) {
    const reason = `No ${isWhole ? 'whole number' : 'number'} lies in this range. Check which side is which.`;
    throw new QueryError('QUERY_EMPTY_RANGE', path, reason);
  }
  if (isCount(field)) {
    if (high.value < 0) return false;
    if (low.value <= 0 && high.value === Number.POSITIVE_INFINITY) return true;
  }
  return { type: 'number_range', ...bounds };
}

/** Whether the field counts something: then it is never missing, and never below zero. */
export function isCount({ source }: CheckedField): boolean {
  return source.from === 'aggregate' && source.function === 'count';
}

function roundInwards({ gt, gte, lt, lte }: NumberBounds): NumberBounds {
  return {
    gt: gt === null ? null : Math.floor(gt),
    gte: gte === null ? null : Math.ceil(gte),
    lt: lt === null ? null : Math.ceil(lt),
    lte: lte === null ? null : Math.floor(lte),
  };
}

/** A side of a range; `open` when its value is not in it. */
interface Side {
  readonly value: number;
  readonly open: boolean;
}

function lowest({ gt, gte }: NumberBounds, isWhole: boolean): Side {
  const open = {
    value: isWhole && gt !== null ? gt + 1 : (gt ?? Number.NEGATIVE_INFINITY),
    open: gt !== null && !isWhole,
  };
  const closed = { value: gte ?? Number.NEGATIVE_INFINITY, open: false };
  return open.value >= closed.value ? open : closed;
}

function highest({ lt, lte }: NumberBounds, isWhole: boolean): Side {
  const open = {
    value: isWhole && lt !== null ? lt - 1 : (lt ?? Number.POSITIVE_INFINITY),
    open: lt !== null && !isWhole,
  };
  const closed = { value: lte ?? Number.POSITIVE_INFINITY, open: false };
  return open.value <= closed.value ? open : closed;
}
