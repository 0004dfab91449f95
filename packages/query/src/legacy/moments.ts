import { type Condition, PERIODS } from '../ast.ts';
import { findNearest, quote } from '../wording.ts';
import { type Asked, refuseValue } from './asked.ts';
import { checkAt, refusal } from './context.ts';
import { lacksOffset, readSpan, type Span, wholeDays } from './spans.ts';

/**
 * A time, compared: `<` is before it begins, `>` after it has ended, `:` and `=` within it. On a field that holds days
 * an instant stands for the local day that it falls on.
 * @throws QueryError QUERY_MALFORMED_MOMENT, QUERY_UNKNOWN_VALUE
 */
export function readMomentRange(asked: Asked, holdsDays: boolean): Condition<'moment_range'> {
  const span = readWritten(asked);
  const { start, end, isPoint } = holdsDays ? wholeDays(span) : span;
  const { operator } = asked;
  if (isPoint && (operator === ':' || operator === '=')) {
    throw refuseValue(asked, 'It is a single instant; compare by <, <=, > or >=.');
  }
  const sides = {
    ':': { onOrAfter: start, before: end },
    '=': { onOrAfter: start, before: end },
    '>': { onOrAfter: end, before: null },
    '>=': { onOrAfter: start, before: null },
    '<': { onOrAfter: null, before: start },
    '<=': { onOrAfter: null, before: end },
  }[operator];
  return { type: 'moment_range', ...sides };
}

function readWritten(asked: Asked): Span {
  const { level, value, field } = asked;
  const { source } = level;
  if (lacksOffset(value.text)) {
    const reason = `${quote(value.text)} does not say in which time zone. Add Z for UTC, or an offset such as +01:00.`;
    throw refusal(source, value.start, 'QUERY_MALFORMED_MOMENT', reason);
  }
  const span = checkAt(source, value.start, (path) => readSpan(value.text, path));
  if (span) return span;
  const nearest = findNearest(value.text, ['now', ...PERIODS]);
  const hint = nearest === undefined ? '' : ` Did you mean ${quote(nearest)}?`;
  const reason =
    `${quote(value.text)} is no time for the field "${field.name}". Allowed: a day (2024-01-31), a month (2024-01), ` +
    `a year (2024), a date with a time and an offset ("2024-01-31T09:30:00+00:00"), now, ${PERIODS.join(', ')}, ` +
    `"2 weeks ago", "in 3 days".${hint}`;
  throw refusal(source, value.start, 'QUERY_MALFORMED_MOMENT', reason);
}
