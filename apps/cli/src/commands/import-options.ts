import { InvalidArgumentError } from 'commander';
import {
  type FieldCondition,
  type FieldFromLink,
  type ImportSpec,
  parseCondition,
  parseLink,
  splitAssignment,
} from '../import/spec.ts';

type Pair = readonly [string, string];

/** The options of `winnow import` as the collectors below leave them. */
export interface ImportCommandOptions {
  readonly object: string;
  readonly csv: string;
  readonly map: readonly Pair[];
  readonly link: readonly FieldFromLink[];
  readonly set: readonly Pair[];
  readonly when: readonly FieldCondition[];
  readonly dateFormat: ReadonlyMap<string, string>;
  readonly scale: ReadonlyMap<string, number>;
  readonly type: ReadonlyMap<string, string>;
  readonly createMissing: boolean;
  readonly skipBad: boolean;
  readonly rejects?: string;
  readonly delimiter: string;
  readonly encoding: string;
  readonly organization?: string;
}

export function collectPairs(text: string, before: readonly Pair[]): readonly Pair[] {
  return [...before, readPair(text)];
}

export function collectMap(text: string, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...before, readPair(text)]);
}

export function collectFactors(
  text: string,
  before: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const [column, factor] = readPair(text);
  const value = Number(factor);
  if (factor === '' || !Number.isFinite(value) || value === 0)
    throw new InvalidArgumentError(`"${factor}" is no number to multiply by.`);
  return new Map([...before, [column, value] as const]);
}

export function collectLinks(text: string, before: readonly FieldFromLink[]): readonly FieldFromLink[] {
  const link = parseLink(text);
  if (!link) throw new InvalidArgumentError('A link is COLUMN=FIELD.KEY, e.g. account=lead_id.external_id.');
  return [...before, link];
}

export function collectConditions(
  text: string,
  before: readonly FieldCondition[],
): readonly FieldCondition[] {
  const condition = parseCondition(text);
  if (!condition)
    throw new InvalidArgumentError('A condition is FIELD:COLUMN=VALUE, e.g. date_won:stage=Won.');
  return [...before, condition];
}

/** The options as the import understands them. */
export function readSpec(options: ImportCommandOptions): ImportSpec {
  return {
    ...options,
    map: options.map.map(([column, field]) => ({ column, field })),
    set: options.set.map(([field, value]) => ({ field, value })),
  };
}

function readPair(text: string): Pair {
  const pair = splitAssignment(text);
  if (!pair || pair[1] === '') throw new InvalidArgumentError(`"${text}" is not of the form NAME=VALUE.`);
  return pair;
}
