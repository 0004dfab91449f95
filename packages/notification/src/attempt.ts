/** What one attempt at a delivery came to. `reason` is shown to the owner of the organization. */
export type AttemptOutcome =
  | { readonly kind: 'delivered'; readonly statusCode: number | null }
  /** Not delivered for a reason that may pass. */
  | { readonly kind: 'retry'; readonly statusCode: number | null; readonly reason: string }
  /** Not delivered, or not known whether delivered, and trying again would not help or could do harm. */
  | { readonly kind: 'failed'; readonly statusCode: number | null; readonly reason: string };

/** Longest text that is kept of what a server said. */
const MAX_REASON_CHARACTERS = 500;

/** One line, printable, bounded: what a remote server says ends up in a column and in logs. */
export function tidyReason(text: string): string {
  // NUL cannot be stored in a Postgres text; other control characters would garble a log.
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length <= MAX_REASON_CHARACTERS ? line : `${line.slice(0, MAX_REASON_CHARACTERS - 1)}…`;
}

/** The sentence of an error, with its code where it has one. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return tidyReason(String(error));
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const message = error.message || error.name;
  return tidyReason(message.includes(code) ? message : `${code}: ${message}`);
}
