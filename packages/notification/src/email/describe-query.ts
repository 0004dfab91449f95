import type { Catalog } from '@winnow/catalog';
import type { JsonObject, JsonValue } from '@winnow/db';
import { labelOf, sayMoment } from './words.ts';

/** Longer than this it is no help to a reader; the query itself is shown as well. */
const MAX_CHARACTERS = 600;

/** Undefined: there are no words for it. Empty: it narrows nothing down. */
type Words = string | undefined;
/** The node that joins this one with others, if any. */
type Joiner = 'and' | 'or' | undefined;
type DescribeNode = (node: JsonObject, catalog: Catalog, joiner: Joiner) => Words;

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const toList = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);
const quote = (value: JsonValue | undefined): string => `“${String(value)}”`;
const quoteAll = (value: JsonValue | undefined): string => toList(value).map(quote).join(' or ');

const TEXT_MODES: Readonly<Record<string, string>> = {
  full_words: 'has the words',
  phrase: 'has the phrase',
  beginning_of_words: 'has words that begin with',
  exact_value: 'is exactly',
};

function describeText({ mode, value }: JsonObject): Words {
  const words = TEXT_MODES[String(mode)];
  return words && `${words} ${quote(value)}`;
}

function describeOffset({ offset, direction, moment }: JsonObject): Words {
  const units = Object.entries(isObject(offset) ? offset : {}).filter(([, amount]) => amount !== 0);
  const from = describeMoment(moment);
  if (units.length === 0 || from === undefined) return from;
  const span = units
    .map(([unit, amount]) => `${amount} ${amount === 1 ? unit.replace(/s$/, '') : unit}`)
    .join(' ');
  return `${span} ${direction === 'future' ? 'after' : 'before'} ${from}`;
}

function describeMoment(moment: JsonValue | undefined): Words {
  if (!isObject(moment)) return undefined;
  const { type, value, which, range } = moment;
  if (type === 'now') return 'now';
  if (type === 'fixed_utc' && typeof value === 'string' && !Number.isNaN(Date.parse(value)))
    return sayMoment(value);
  if (type === 'fixed_local_date') return `the ${which} of ${value}`;
  if (type === 'start_end_of_predefined_relative_period')
    return `the ${which} of ${String(range).replace('-', ' ')}`;
  return type === 'offset' ? describeOffset(moment) : undefined;
}

function describeMomentRange({ on_or_after, before }: JsonObject): Words {
  const bounds = [
    on_or_after ? ['on or after', describeMoment(on_or_after)] : [],
    before ? ['before', describeMoment(before)] : [],
  ].filter((bound) => bound.length > 0);
  if (bounds.length === 0 || bounds.some(([, moment]) => moment === undefined)) return undefined;
  return `is ${bounds.map((bound) => bound.join(' ')).join(' and ')}`;
}

const COMPARISONS: readonly (readonly [key: string, sign: string])[] = [
  ['gt', '>'],
  ['gte', '≥'],
  ['lt', '<'],
  ['lte', '≤'],
];

function describeNumberRange(condition: JsonObject): Words {
  const bounds = COMPARISONS.filter(([key]) => typeof condition[key] === 'number');
  return bounds.length === 0
    ? undefined
    : bounds.map(([key, sign]) => `${sign} ${condition[key]}`).join(' and ');
}

const CONDITIONS: Readonly<Record<string, (condition: JsonObject) => Words>> = {
  text: describeText,
  boolean: ({ value }) => `is ${value}`,
  exists: () => 'is set',
  term: ({ values }) => `is ${quoteAll(values)}`,
  reference: ({ object_ids }) => `is ${toList(object_ids).join(' or ')}`,
  current_user: () => 'is the one who asked',
  number_range: describeNumberRange,
  moment_range: describeMomentRange,
};

function describeField(field: JsonValue | undefined): Words {
  if (!isObject(field)) return undefined;
  if (typeof field.field_name === 'string') return field.field_name.replaceAll('_', ' ');
  return typeof field.custom_field_id === 'string' ? `custom field ${field.custom_field_id}` : undefined;
}

function describeFieldCondition({ field, condition }: JsonObject): Words {
  if (!isObject(condition)) return undefined;
  const words = CONDITIONS[String(condition.type)]?.(condition);
  const name = describeField(field);
  return words && name && `${name} ${words}`;
}

function describeRelated({ related_object_type, related_query }: JsonObject, catalog: Catalog): Words {
  const label = labelOf(catalog, String(related_object_type)).one;
  const words = describeNode(related_query, catalog, undefined);
  if (words === undefined) return undefined;
  return words === '' ? `there is a related ${label}` : `there is a related ${label} whose ${words}`;
}

const join =
  (word: 'and' | 'or'): DescribeNode =>
  ({ queries }, catalog, joiner) => {
    const nodes = toList(queries);
    if (word === 'or' && nodes.length === 0) return undefined;
    const clauses = nodes.filter(
      (node) => !isObject(node) || node.type !== 'object_type' || node.negate === true,
    );
    const words = clauses.map((node) => describeNode(node, catalog, clauses.length > 1 ? word : joiner));
    // An alternative that narrows nothing down makes the others meaningless: better no words than wrong ones.
    if (words.includes(undefined) || (word === 'or' && words.includes(''))) return undefined;
    const parts = words.filter((part) => part !== '');
    const joined = parts.join(` ${word} `);
    return parts.length > 1 && joiner !== undefined && joiner !== word ? `(${joined})` : joined;
  };

const NODES: Readonly<Record<string, DescribeNode>> = {
  and: join('and'),
  or: join('or'),
  object_type: () => '',
  match_all: () => '',
  id: ({ value }) => `id is ${value}`,
  text: (node) => {
    const words = describeText(node);
    return words && `any text ${words}`;
  },
  field_condition: describeFieldCondition,
  has_related: describeRelated,
};

function describeNode(node: JsonValue | undefined, catalog: Catalog, joiner: Joiner): Words {
  if (!isObject(node)) return undefined;
  const isNegated = node.negate === true;
  const type = String(node.type);
  const words = Object.hasOwn(NODES, type)
    ? NODES[type]?.(node, catalog, isNegated ? undefined : joiner)
    : undefined;
  if (!isNegated || words === undefined) return words;
  return words === '' ? undefined : `not (${words})`;
}

/**
 * What a query asks for, in words: `name has the words “ACME Inc.” and num calls ≥ 1`. Reads the JSON and not the
 * checked query, so that a kind of node it has no words for yet costs the sentence and nothing else.
 * @returns undefined where the words would be wrong, missing or too many; `''` for everything.
 */
export function describeQuery(query: JsonValue | undefined, catalog: Catalog): string | undefined {
  const words = describeNode(query, catalog, undefined);
  return words !== undefined && words.length <= MAX_CHARACTERS ? words : undefined;
}
