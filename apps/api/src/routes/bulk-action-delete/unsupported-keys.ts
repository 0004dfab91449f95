import { type FieldErrors, invalid } from '../../refusal.ts';

/** Null, false and the empty text say "not this", so they are safe to ignore. */
const isAbsent = (value: unknown): boolean =>
  value === undefined || value === null || value === false || value === '';

/**
 * Keys that Winnow knows and does not support here yet. Close ignores unknown keys; to ignore one of these would
 * delete what the client asked to count, to keep, or to bound.
 */
const UNSUPPORTED: Readonly<Record<string, (value: unknown) => boolean>> = {
  query: isAbsent,
  dry_run: isAbsent,
  preview_token: isAbsent,
  expected_count: isAbsent,
  max_deletes: isAbsent,
  max_drift_percent: isAbsent,
  max_failures: isAbsent,
  ids: isAbsent,
};

const NOT_YET = 'Not supported yet, and ignoring it would change what is deleted. Remove it.';
/** What people paste here (reference, 1.6): a search's body names the tree `query`. */
const SEARCH_BODY = 'This is the body of a search. A bulk delete takes the tree itself as "s_query".';

/** @throws Refusal 400 that names every key which must not be ignored. */
export function assertSupportedKeys(body: Readonly<Record<string, unknown>>): void {
  const fieldErrors: FieldErrors = Object.fromEntries(
    Object.entries(UNSUPPORTED)
      .filter(([key, isHarmless]) => !isHarmless(Object.hasOwn(body, key) ? body[key] : undefined))
      .map(([key]) => [key, key === 'query' && typeof body[key] === 'object' ? SEARCH_BODY : NOT_YET]),
  );
  if (Object.keys(fieldErrors).length > 0) throw invalid(fieldErrors);
}
