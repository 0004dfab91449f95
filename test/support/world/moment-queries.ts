import type { Moment, OffsetUnit, Period, PeriodEnd } from '@winnow/query';
import fc from 'fast-check';
import { writeDay } from '../oracle/calendar.ts';
import { instantOf, localDayOf } from '../oracle/moments.ts';
import type { Frozen } from '../oracle/world.ts';
import { dayNear, instantNear, writeInstant } from './moments.ts';

type Json = Readonly<Record<string, unknown>>;

/** A moment as a query writes it, and where it lies, so that ranges can be made in which something can be. */
interface WrittenMoment {
  readonly json: Json;
  readonly moment: Moment;
}

const UNITS: readonly OffsetUnit[] = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'];
const ENDS: readonly PeriodEnd[] = ['start', 'end'];
const PERIODS: readonly Period[] = [
  ...(['today', 'yesterday', 'tomorrow'] as const),
  ...(['this', 'last', 'next'] as const).flatMap((which) =>
    (['week', 'month', 'quarter', 'year'] as const).map((unit): Period => `${which}-${unit}`),
  ),
];

const now: WrittenMoment = { json: { type: 'now' }, moment: { type: 'now' } };

/** Spellings of one instant. */
const SPELLINGS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replace('Z', '+00:00'),
  (text) => text.replace('Z', ''),
  (text) => text.replace('T', ' '),
];

function fixedUtc(instant: fc.Arbitrary<string>): fc.Arbitrary<WrittenMoment> {
  return fc.tuple(instant, fc.constantFrom(...SPELLINGS)).map(([value, spell]) => ({
    json: { type: 'fixed_utc', value: spell(value) },
    moment: { type: 'fixed_utc', value },
  }));
}

function fixedLocalDate(day: fc.Arbitrary<string>): fc.Arbitrary<WrittenMoment> {
  return fc
    .record({ type: fc.constant('fixed_local_date' as const), value: day, which: fc.constantFrom(...ENDS) })
    .map((moment) => ({ json: moment, moment }));
}

const predefined: fc.Arbitrary<WrittenMoment> = fc
  .record({
    type: fc.constant('start_end_of_predefined_relative_period' as const),
    range: fc.constantFrom(...PERIODS),
    which: fc.constantFrom(...ENDS),
  })
  .map((moment) => ({ json: moment, moment }));

function offsetFrom(base: fc.Arbitrary<WrittenMoment>): fc.Arbitrary<WrittenMoment> {
  const units = fc.array(
    fc.tuple(fc.constantFrom(...UNITS), fc.oneof(fc.nat(3), fc.constantFrom(12, 24, 31, 36, 400))),
    { minLength: 0, maxLength: 2 },
  );
  return fc
    .tuple(base, units, fc.constantFrom('past' as const, 'future' as const), fc.constantFrom(...ENDS, null))
    .map(([{ json, moment }, given, direction, whichDayEnd]) => {
      const offset = { years: 0, months: 0, weeks: 0, days: 0, hours: 0, minutes: 0, seconds: 0 };
      for (const [unit, count] of given) offset[unit] = count;
      return {
        json: {
          type: 'offset',
          direction,
          moment: json,
          offset: Object.fromEntries(given),
          which_day_end: whichDayEnd,
        },
        moment: { type: 'offset', direction, moment, offset, whichDayEnd },
      };
    });
}

/** `moment_range`, its sides often at the very moments or days that the records hold. */
export function momentRange(
  kind: 'date' | 'moment',
  samples: readonly string[],
  frozen: Frozen,
): fc.Arbitrary<Json> {
  const days = kind === 'date' ? samples : [];
  const instants = kind === 'moment' ? samples.filter((text) => text.endsWith('Z')) : [];
  const atomic = fc.oneof(
    { weight: 1, arbitrary: fc.constant(now) },
    { weight: 3, arbitrary: fixedUtc(orSample(instants, instantNear(frozen).map(writeInstant))) },
    { weight: 2, arbitrary: fixedLocalDate(orSample(days, dayNear(frozen))) },
    { weight: 2, arbitrary: predefined },
  );
  const moment = fc.oneof(
    { weight: 5, arbitrary: atomic },
    { weight: 2, arbitrary: offsetFrom(fc.constant(now)) },
    { weight: 1, arbitrary: offsetFrom(offsetFrom(atomic)) },
  );
  return fc
    .tuple(moment, fc.option(moment, { freq: 2 }), fc.boolean(), fc.nat(4))
    .map(([one, other, isFrom, spelling]) => {
      const [from, before] = orderSides(kind, one, other, isFrom, frozen);
      return writeRange(from, before, spelling);
    });
}

type Side = WrittenMoment | null;

/** Two sides in the order in which something lies between them; one alone where they are the same. */
function orderSides(
  kind: 'date' | 'moment',
  one: WrittenMoment,
  other: Side,
  isFrom: boolean,
  frozen: Frozen,
): readonly [Side, Side] {
  if (!other) return isFrom ? [one, null] : [null, one];
  const place = ({ moment }: WrittenMoment) => {
    const instant = instantOf(moment, frozen);
    return kind === 'date' ? writeDay(localDayOf(instant, frozen)) : instant;
  };
  const [a, b] = [place(one), place(other)];
  if (a === b) return isFrom ? [one, null] : [null, one];
  return a < b ? [one, other] : [other, one];
}

/** The documented spelling, or the one with gte and lt where both sides are plain texts. */
function writeRange(from: Side, before: Side, spelling: number): Json {
  const isPlain = (side: Side) => side === null || side.json.type === 'fixed_utc';
  if (spelling === 0 && isPlain(from) && isPlain(before)) {
    return {
      type: 'moment_range',
      ...(from && { gte: from.json.value }),
      ...(before && { lt: before.json.value }),
    };
  }
  return { type: 'moment_range', on_or_after: from?.json ?? null, ...(before && { before: before.json }) };
}

function orSample(samples: readonly string[], made: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return samples.length === 0
    ? made
    : fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...samples) }, { weight: 1, arbitrary: made });
}
