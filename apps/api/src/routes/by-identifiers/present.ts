import type { JsonObject, ObjectFailure } from '@winnow/db';
import type { Match } from './match.ts';

/** What became of the leads that were to be deleted. Plain UUIDs. */
export interface Fates {
  readonly deleted: ReadonlySet<string>;
  readonly failures: readonly ObjectFailure[];
  /** Whether more of them may still be deleted. */
  readonly isRunning: boolean;
}

/**
 * The flat answer. Each identifier stands in one list: what two entries call alike, and one of them deleted, is deleted.
 * The last two lists are there only when there is something in them.
 */
export function presentOutcome(matches: readonly Match[], fates: Fates): JsonObject {
  const failureOf = new Map(fates.failures.map((failure) => [failure.objectId, failure]));
  const isDeleted = ({ leadId }: Match) => leadId !== undefined && fates.deleted.has(leadId);
  const failures = new Map(
    matches.flatMap(({ identifier, leadId }) => {
      const failure = leadId === undefined ? undefined : failureOf.get(leadId);
      return failure ? [[identifier, failure] as const] : [];
    }),
  );
  // Gone before its turn came: whoever took it has counted it.
  const isNotFound = ({ leadId, problem }: Match) =>
    problem === 'not_found' ||
    (leadId !== undefined && !fates.isRunning && !fates.deleted.has(leadId) && !failureOf.has(leadId));
  const listed = new Set<string>();
  const list = (isListed: (match: Match) => boolean): readonly string[] => {
    const identifiers = new Set(matches.filter(isListed).map(({ identifier }) => identifier));
    const fresh = [...identifiers].filter((identifier) => !listed.has(identifier));
    for (const identifier of fresh) listed.add(identifier);
    return fresh;
  };
  const deletedIdentifiers = list(isDeleted);
  const failed = list(({ identifier }) => failures.has(identifier));
  const ambiguousIdentifiers = list(({ problem }) => problem === 'ambiguous');
  const notFoundIdentifiers = list(isNotFound);
  return {
    success: true,
    deleted: fates.deleted.size,
    notFound: notFoundIdentifiers.length,
    deletedIdentifiers,
    notFoundIdentifiers,
    ...(ambiguousIdentifiers.length > 0 && { ambiguousIdentifiers }),
    ...(failed.length > 0 && {
      failedIdentifiers: failed.flatMap((identifier) => {
        const failure = failures.get(identifier);
        return failure ? [{ identifier, code: failure.code, message: failure.message }] : [];
      }),
    }),
  };
}
