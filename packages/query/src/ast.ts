/**
 * A query as plain values, without behaviour and without knowledge of any catalog: what the JSON says, its form
 * checked, nothing looked up. A second language (the legacy text query) can be parsed into the same tree, and
 * several interpreters can walk it. Each family is a table from `type` to what that type holds, so that adding one
 * makes the compiler name every place that has to know it.
 */

interface NodeParts {
  readonly and: { readonly queries: readonly QueryNode[] };
  readonly or: { readonly queries: readonly QueryNode[] };
  readonly object_type: { readonly objectType: string };
  readonly id: { readonly value: string };
  /** Every word is found in one of the object's text-like fields; or one of them has the phrase, or is the value. */
  readonly text: { readonly mode: TextMode; readonly value: string };
  readonly match_all: unknown;
  /** What the saved search of this wire id says. */
  readonly saved_search: { readonly savedSearchId: string };
  readonly field_condition: { readonly field: FieldRef; readonly condition: Condition };
  readonly has_related: {
    readonly thisObjectType: string;
    readonly relatedObjectType: string;
    readonly relatedQuery: QueryNode;
  };
}

export type NodeType = keyof NodeParts;

/** A node; `negate` inverts all of it. */
export type QueryNode<T extends NodeType = NodeType> = {
  [K in T]: { readonly type: K; readonly negate: boolean } & NodeParts[K];
}[T];

export type FieldRef =
  | { readonly type: 'regular_field'; readonly objectType: string; readonly fieldName: string }
  | { readonly type: 'custom_field'; readonly customFieldId: string };

export const TEXT_MODES = ['full_words', 'phrase', 'beginning_of_words', 'exact_value'] as const;
export type TextMode = (typeof TEXT_MODES)[number];

/** A value of `term`. */
export type Scalar = string | number | boolean;

interface ConditionParts {
  readonly text: { readonly mode: TextMode; readonly value: string };
  readonly boolean: { readonly value: boolean };
  readonly exists: unknown;
  readonly term: { readonly values: readonly Scalar[] };
  readonly reference: { readonly referenceType: string; readonly objectIds: readonly string[] };
  readonly current_user: unknown;
  readonly number_range: NumberBounds;
  readonly moment_range: { readonly onOrAfter: Moment | null; readonly before: Moment | null };
  /** What clocks show in the time zone that the field names, `HH:MM:SS`; past midnight where `before` is not later. */
  readonly local_time: { readonly onOrAfter: string | null; readonly before: string | null };
}

/** Sides of a number range; at least one is not null. */
export interface NumberBounds {
  readonly gt: number | null;
  readonly gte: number | null;
  readonly lt: number | null;
  readonly lte: number | null;
}

export type ConditionType = keyof ConditionParts;
export type Condition<T extends ConditionType = ConditionType> = {
  [K in T]: { readonly type: K } & ConditionParts[K];
}[T];

export const OFFSET_UNITS = ['years', 'months', 'weeks', 'days', 'hours', 'minutes', 'seconds'] as const;
export type OffsetUnit = (typeof OFFSET_UNITS)[number];

export const DAY_ENDS = ['start', 'end'] as const;
/** The first moment of a period, or the first after it. */
export type PeriodEnd = (typeof DAY_ENDS)[number];

/** Periods that are relative to now, in local time. Weeks begin on Monday. */
export const PERIODS = [
  'today',
  'yesterday',
  'tomorrow',
  'this-week',
  'last-week',
  'next-week',
  'this-month',
  'last-month',
  'next-month',
  'this-quarter',
  'last-quarter',
  'next-quarter',
  'this-year',
  'last-year',
  'next-year',
] as const;
export type Period = (typeof PERIODS)[number];

interface MomentParts {
  readonly now: unknown;
  /** `value` is an instant in ISO 8601 with `Z`. */
  readonly fixed_utc: { readonly value: string };
  readonly offset: {
    readonly direction: 'past' | 'future';
    readonly moment: Moment;
    /** Whole numbers, none negative. */
    readonly offset: Readonly<Record<OffsetUnit, number>>;
    /** Null: the instant itself. */
    readonly whichDayEnd: PeriodEnd | null;
  };
  /** `value` is a day, `2026-02-18`, of the local calendar. */
  readonly fixed_local_date: { readonly value: string; readonly which: PeriodEnd };
  readonly start_end_of_predefined_relative_period: { readonly range: Period; readonly which: PeriodEnd };
}

export type MomentType = keyof MomentParts;
export type Moment<T extends MomentType = MomentType> = {
  [K in T]: { readonly type: K } & MomentParts[K];
}[T];
