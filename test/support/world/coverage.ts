/** What has been asked, and how much of it told something. */
export interface Coverage {
  /** Queries that SQL and oracle answered. */
  pairs: number;
  /** Queries that were refused, and so not compared. */
  refused: number;
  /** Pairs that matched some of the records, but not all. */
  discerning: number;
  /** Pairs of which the order was compared too. */
  sorted: number;
  /** Pairs of queries that do not say what they are about. */
  mixed: number;
  /** How often each part occurred in a pair, e.g. `node and`, `moment now`, `mode phrase`. */
  readonly parts: Map<string, number>;
}

export function createCoverage(): Coverage {
  return { pairs: 0, refused: 0, discerning: 0, sorted: 0, mixed: 0, parts: new Map() };
}

/** What stands under a key of a query; what has no place here is counted as what it stands in. */
const ROLES: Readonly<Record<string, string>> = {
  queries: 'node',
  related_query: 'node',
  field: 'field',
  condition: 'condition',
  on_or_after: 'moment',
  before: 'moment',
  moment: 'moment',
};

const NAMED = [
  'mode',
  'range',
  'which',
  'which_day_end',
  'direction',
  'reference_type',
  'object_type',
] as const;

/** Counts what a query is made of. */
export function countParts(json: unknown, parts: Map<string, number>, role = 'node'): void {
  if (typeof json !== 'object' || json === null) return;
  const count = (part: string) => parts.set(part, (parts.get(part) ?? 0) + 1);
  const entries = Object.entries(json);
  for (const [key, value] of entries) {
    if (key === 'type') count(`${role} ${value}`);
    if (NAMED.some((name) => name === key) && typeof value === 'string') count(`${key} ${value}`);
    if (key === 'negate' && value === true) count('negate');
    if (typeof value === 'object')
      countParts(value, parts, Array.isArray(json) ? role : (ROLES[key] ?? role));
  }
}
