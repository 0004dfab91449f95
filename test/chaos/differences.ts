/** Something that is not as it must be. */
export interface Difference {
  /** The rule that does not hold, in words. */
  readonly rule: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Where everybody who finds a difference notes it. */
export interface Differences {
  readonly found: readonly Difference[];
  add(rule: string, details?: Readonly<Record<string, unknown>>): void;
}

/** An empty list of differences. */
export function createDifferences(): Differences {
  const found: Difference[] = [];
  return { found, add: (rule, details = {}) => void found.push({ rule, details }) };
}
