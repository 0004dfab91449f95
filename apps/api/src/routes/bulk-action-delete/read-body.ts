import type { Static } from '@sinclair/typebox';
import type { BulkDeleteRequest } from '@winnow/bulk-delete';
import { invalid } from '../../refusal.ts';
import type { createSchema } from './body-schema.ts';
import { readMaxFailures } from './read-max-failures.ts';
import { assertSupportedKeys } from './unsupported-keys.ts';

type Body = Static<ReturnType<typeof createSchema>>;

/** What people paste here (reference, 1.6): a search's body names the tree `query`. */
const SEARCH_BODY = 'This is the body of a search. A bulk delete takes the tree itself as "s_query".';

/**
 * A body of POST as the engine takes it. What is absent, or null where null is allowed, has its default.
 * @throws Refusal 400 for keys that must not be ignored, for a `query` that is no text, and for a wrong `max_failures`.
 */
export function readBulkDeleteRequest(
  body: Body,
  { tzOffsetMinutes, askedAt }: { readonly tzOffsetMinutes: number; readonly askedAt: Date },
): BulkDeleteRequest {
  assertSupportedKeys(body);
  return {
    sQuery: body.s_query,
    query: readQuery(body.query),
    sort: body.sort ?? null,
    resultsLimit: body.results_limit ?? null,
    sendDoneEmail: body.send_done_email ?? true,
    matchAll: body.match_all ?? false,
    archive: body.archive ?? true,
    ...(body.bulk_object_type === undefined ? {} : { bulkObjectType: body.bulk_object_type }),
    tzOffsetMinutes,
    askedAt,
    guards: {
      expectedCount: body.expected_count ?? null,
      maxDriftPercent: body.max_drift_percent ?? null,
      maxDeletes: body.max_deletes ?? null,
    },
    maxFailures: readMaxFailures(body.max_failures),
    previewToken: body.preview_token ?? null,
  };
}

/** A text of nothing but white space says as little as none: it must not come to mean everything. */
function readQuery(query: unknown): string | null {
  if (query === undefined || query === null || query === false) return null;
  if (typeof query === 'string') return query.trim() === '' ? null : query;
  throw invalid({ query: typeof query === 'object' ? SEARCH_BODY : 'Must be a text or null.' });
}
