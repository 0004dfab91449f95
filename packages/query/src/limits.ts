/**
 * How large a query may be. Generous for what people and programs write, small enough that parsing, compiling and
 * planning a hostile one costs milliseconds. A query over a limit is refused before anything is done with it.
 */
export const QUERY_LIMITS = {
  /** Nodes inside nodes; also moments inside moments. What people write stays below 10. */
  depth: 64,
  /** Nodes of any kind in one query. */
  nodes: 5_000,
  /**
   * `has_related` nodes and conditions on looked-up or counted fields: each is a join or a subquery. Measured on
   * PostgreSQL 18: planning 100 takes 0.7 s, 200 take 5.5 s, 1,000 minutes, and a planner heeds no statement_timeout.
   */
  subqueries: 100,
  /** `values` of one `term`, `object_ids` of one `reference`. */
  listValues: 10_000,
  /** Characters (UTF-16 units) of one text. */
  textCharacters: 10_000,
  /** Characters of all texts of a query together. */
  totalCharacters: 1_000_000,
  /** Words, between white space, of a `text` node: each is looked for in every text-like field. */
  textTerms: 50,
  /** Saved searches that a query names, those that they name in turn included. */
  savedSearches: 100,
  /** Saved searches inside saved searches. */
  savedSearchDepth: 8,
  /** Entries of `sort`. */
  sortItems: 10,
  /** One unit of a moment's offset; seconds of 300 years stay below it. */
  offsetUnits: 10_000_000_000,
} as const;
