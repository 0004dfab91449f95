/** What searching can be told. */
export interface SearchSettings {
  /** Longest that the statements of one search may take together, in milliseconds. */
  readonly timeoutMs: number;
}

export const DEFAULT_SEARCH_SETTINGS: SearchSettings = { timeoutMs: 30_000 };
