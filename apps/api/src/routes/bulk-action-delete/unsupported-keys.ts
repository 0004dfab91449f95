import { type FieldErrors, invalid } from '../../refusal.ts';

/** Null, false and the empty text say "not this", so they are safe to ignore. */
const isAbsent = (value: unknown): boolean =>
  value === undefined || value === null || value === false || value === '';

/**
 * Keys that Winnow knows and does not support here yet. Close ignores unknown keys; to ignore one of these would
 * delete what the client asked to keep, or to bound.
 */
const UNSUPPORTED = ['ids'] as const;

const NOT_YET = 'Not supported yet, and ignoring it would change what is deleted. Remove it.';

/** @throws Refusal 400 that names every key which must not be ignored. */
export function assertSupportedKeys(body: Readonly<Record<string, unknown>>): void {
  const fieldErrors: FieldErrors = Object.fromEntries(
    UNSUPPORTED.filter((key) => Object.hasOwn(body, key) && !isAbsent(body[key])).map((key) => [
      key,
      NOT_YET,
    ]),
  );
  if (Object.keys(fieldErrors).length > 0) throw invalid(fieldErrors);
}
