import { Temporal } from 'temporal-polyfill';
import { type Condition, type Moment, type MomentType, OFFSET_UNITS, type PeriodEnd } from '../ast.ts';
import { counted, joinWords, plain } from './words.ts';

/** A time in words: the moment itself, or an end of the day or period that the words stand for. */
interface SpokenMoment {
  readonly words: string;
  readonly end: PeriodEnd | null;
  /** What stands before the words when all of the day or period is meant: `in this month`. */
  readonly within: string;
}

const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const DAYS_OF_NOW: ReadonlySet<string> = new Set(['today', 'yesterday', 'tomorrow']);

const MOMENTS: { readonly [T in MomentType]: (moment: Moment<T>) => SpokenMoment } = {
  now: () => instant('now'),
  fixed_utc: ({ value }) => instant(sayInstant(value)),
  fixed_local_date: ({ value, which }) => ({ words: sayDay(value), end: which, within: 'on ' }),
  start_end_of_predefined_relative_period: ({ range, which }) => ({
    words: range.replace('-', ' '),
    end: which,
    within: DAYS_OF_NOW.has(range) ? '' : 'in ',
  }),
  offset: sayOffset,
};

/** What follows `is`: `before 1 January 2023`, `on or after now and before tomorrow`, `in this month`. */
export function sayMomentRange({ onOrAfter, before }: Condition<'moment_range'>): string {
  const from = onOrAfter && sayMoment(onOrAfter);
  const until = before && sayMoment(before);
  if (from && until && from.words === until.words && from.end === 'start' && until.end === 'end') {
    return `${from.within}${from.words}`;
  }
  const sides = [
    ...(from ? [`${from.end === 'end' ? 'after' : 'on or after'} ${from.words}`] : []),
    ...(until ? [`before ${until.end === 'end' ? 'the end of ' : ''}${until.words}`] : []),
  ];
  return joinWords(sides, 'and');
}

/** Whether a range needs more than one side to be said, so that its denial has to say "both". */
export function isTwoSided(range: Condition<'moment_range'>): boolean {
  return range.onOrAfter !== null && range.before !== null && sayMomentRange(range).includes(' and ');
}

function sayMoment<T extends MomentType>(moment: Moment<T>): SpokenMoment {
  return MOMENTS[moment.type](moment);
}

const instant = (words: string): SpokenMoment => ({ words, end: null, within: 'at ' });

/** The moment as one of words, where it is what another is counted from. */
function sayWhole(moment: Moment): string {
  const { words, end } = sayMoment(moment);
  return end === null ? words : `the ${end} of ${words}`;
}

function sayOffset({ direction, moment, offset, whichDayEnd }: Moment<'offset'>): SpokenMoment {
  const units = OFFSET_UNITS.filter((unit) => offset[unit] !== 0);
  const span = joinWords(
    units.map((unit) => counted(offset[unit], unit)),
    'and',
  );
  const words = sayMoved(span, direction, moment);
  const asksForTimeOfDay = offset.hours + offset.minutes + offset.seconds > 0;
  if (whichDayEnd === null || asksForTimeOfDay) return instant(words);
  return { words: span === '' ? `the day of ${words}` : `the day ${words}`, end: whichDayEnd, within: 'on ' };
}

function sayMoved(span: string, direction: 'past' | 'future', moment: Moment): string {
  if (span === '') return sayWhole(moment);
  if (moment.type === 'now') return direction === 'past' ? `${span} ago` : `${span} from now`;
  return `${span} ${direction === 'past' ? 'before' : 'after'} ${sayWhole(moment)}`;
}

function sayDay(value: string): string {
  try {
    return DAY.format(new Date(`${Temporal.PlainDate.from(value).toString()}T00:00:00Z`));
  } catch {
    return plain(value);
  }
}

/** `1 January 2023, 09:30 UTC`; seconds and their parts only where there are any. */
function sayInstant(value: string): string {
  try {
    const moment = Temporal.Instant.from(value).toZonedDateTimeISO('UTC');
    const time = moment
      .toPlainTime()
      .toString()
      .replace(/^(\d\d:\d\d):00$/, '$1');
    return `${sayDay(moment.toPlainDate().toString())}, ${time} UTC`;
  } catch {
    return plain(value);
  }
}
