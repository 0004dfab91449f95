import { encodeId, type FieldKind } from '@winnow/catalog';
import fc from 'fast-check';
import { exists, isTrue, me, numbers, reference, term, text } from '../query-json.ts';
import { momentRange } from './moment-queries.ts';
import { searchedText } from './text-queries.ts';
import type { AskedWorld } from './world-arbitrary.ts';

type Json = Readonly<Record<string, unknown>>;

/** A field that queries ask about, and what records hold in it. */
export interface AskedField {
  readonly kind: FieldKind;
  readonly idPrefix: string;
  readonly referenceTypes: readonly string[];
  /** All that a choice may be; empty where any text may. */
  readonly choices: readonly string[];
  /** Values of the organization's records, and some of the other's. */
  readonly samples: readonly unknown[];
}

/** Any condition that fits the field. */
export function conditionOn(field: AskedField, asked: AskedWorld): fc.Arbitrary<Json> {
  const conditions = [...KINDS[field.kind](field, asked), fc.constant(exists)];
  return fc.oneof(
    ...conditions.map((arbitrary, index) => ({ arbitrary, weight: index === conditions.length - 1 ? 1 : 4 })),
  );
}

const KINDS: {
  readonly [K in FieldKind]: (field: AskedField, asked: AskedWorld) => readonly fc.Arbitrary<Json>[];
} = {
  text: onText,
  time_zone: (field) => [...onText(field), localTime, localTime],
  choice: onText,
  text_list: onText,
  boolean: () => [fc.boolean().map(isTrue), fc.boolean().map((value) => term(value))],
  integer: onNumber,
  number: onNumber,
  date: ({ samples }, { frozen }) => [momentRange('date', textsOf(samples), frozen)],
  moment: ({ samples }, { frozen }) => [momentRange('moment', textsOf(samples), frozen)],
  id: (field) => [idsOf(field).map((ids) => term(...ids))],
  reference: onReference,
  json: () => [],
};

const CLOCKS = ['00:00', '06:30:00', '08:00:00', '12:00', '12:30:01', '20:59:59', '23:59:59'] as const;
/** The time of day of the zone that a text names; nothing lies before midnight alone. */
const localTime = fc
  .tuple(fc.shuffledSubarray([...CLOCKS], { minLength: 2, maxLength: 2 }), fc.nat(4))
  .map(([[from, to], sides]) => ({
    type: 'local_time',
    on_or_after: sides === 0 && to !== '00:00' ? null : from,
    ...(sides !== 1 && { before: to }),
  }));

function onText({ samples, choices }: AskedField): readonly fc.Arbitrary<Json>[] {
  const texts = textsOf(samples);
  const stored = choices.length > 0 ? choices : [...texts, 'acme', ''];
  return [
    searchedText(texts).map(([mode, value]) => text(mode, value)),
    fc.array(fc.constantFrom(...stored), { minLength: 1, maxLength: 3 }).map((values) => term(...values)),
  ];
}

function onNumber({ kind, samples }: AskedField): readonly fc.Arbitrary<Json>[] {
  // A mean may have more digits than a double, so its neighbours are asked for, never its own last digit.
  const stored = samples.flatMap((value) =>
    typeof value === 'number' ? (isShort(value) ? [value] : [Math.floor(value), Math.ceil(value)]) : [],
  );
  const bound = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...stored, 0) },
    { weight: 2, arbitrary: fc.integer({ min: -2, max: 12 }) },
    { weight: 1, arbitrary: fc.constantFrom(0.5, 2.5, -1e300, 1e300, 9_007_199_254_740_992) },
  );
  const side = (low: string, high: string) =>
    fc.tuple(bound, fc.boolean()).map(([value, isLow]) => numbers({ [isLow ? low : high]: value }));
  const between = fc
    .tuple(bound, bound)
    .map(([a, b]) => numbers(a === b ? { gte: a, lte: a } : { gte: Math.min(a, b), lt: Math.max(a, b) }));
  const equal = kind === 'integer' ? bound.filter(Number.isSafeInteger) : bound;
  return [
    side('gt', 'lt'),
    side('gte', 'lte'),
    between,
    fc.array(equal, { minLength: 1, maxLength: 3 }).map((values) => term(...values)),
  ];
}

const isShort = (value: number): boolean => String(value).length <= 16;

function onReference(field: AskedField, { users }: AskedWorld): readonly fc.Arbitrary<Json>[] {
  const ids = idsOf(field);
  const named = fc
    .tuple(fc.constantFrom(...field.referenceTypes), ids, fc.boolean())
    .map(([type, given, withGroup]) =>
      reference(type, ...given, ...(withGroup && type === 'user_or_group' ? ['group_b'] : [])),
    );
  const isActor = field.referenceTypes.includes('user') && users.length > 0;
  return [named, ids.map((values) => term(...values)), ...(isActor ? [fc.constant(me)] : [])];
}

/** One to three ids in either form. */
function idsOf({ idPrefix, samples }: AskedField): fc.Arbitrary<readonly string[]> {
  const uuid = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...textsOf(samples), '00000000-0000-7000-8000-000000000000') },
    { weight: 1, arbitrary: fc.uuid() },
  );
  const written = fc
    .tuple(uuid, fc.nat(2))
    .map(([id, form]) => (form === 0 ? id : form === 1 ? id.toUpperCase() : encodeId(idPrefix, id)));
  return fc.array(written, { minLength: 1, maxLength: 3 });
}

function textsOf(samples: readonly unknown[]): readonly string[] {
  return samples.filter((value) => typeof value === 'string');
}
