import { type ObjectType, objectTypeOf } from '@winnow/catalog';
import type { NewBulkDelete } from '@winnow/db';
import { type CompiledQuery, compileQuery } from '@winnow/query';
import { type CheckedObjects, checkObjects } from './checked-request.ts';
import type { Actor, EngineDeps } from './engine.ts';
import { BulkDeleteError } from './errors.ts';
import { columnsOfMaxFailures } from './failure-bound.ts';
import { completeGuards } from './guards.ts';
import { type PreviewSubject, readPreview } from './preview-token.ts';
import { writeQueryWords } from './query-words.ts';
import type { BulkDeleteRequest } from './request.ts';

/** A request that may become a bulk delete, or a dry run of one. */
export interface PreparedRequest {
  readonly objectType: ObjectType;
  readonly checked: CheckedObjects;
  readonly compiled: CompiledQuery;
  readonly subject: PreviewSubject;
  /** What a bulk delete and a dry run of it have in common. */
  readonly record: Omit<
    NewBulkDelete,
    'id' | 'status' | 'n_objects' | 'n_roots' | 'date_started' | 'date_finished'
  >;
}

/**
 * Checks a request whole and freezes what it means: the query, the time, the time zone, the user and the guards.
 * @throws QueryError, BulkDeleteError: nothing has changed.
 */
export async function prepareBulkDelete(
  deps: EngineDeps,
  actor: Actor,
  request: BulkDeleteRequest,
): Promise<PreparedRequest> {
  const { db, catalog } = deps;
  const { organizationId, userId } = actor;
  const checked = await checkObjects(db, { catalog, organizationId, userId }, request);
  const objectType = objectTypeOf(catalog, checked.query.objectType);
  assertNotContradicted(request.matchAll, checked.query.matchesEverything);
  assertType(objectType, request.bulkObjectType);
  const subject: PreviewSubject = {
    actor,
    objectType: objectType.name,
    frozenQuery: checked.frozen,
    sort: checked.sortJson,
    resultsLimit: request.resultsLimit,
    tzOffsetMinutes: request.tzOffsetMinutes,
  };
  const previewed =
    request.previewToken === null
      ? undefined
      : await readPreview(db, request.previewToken, subject, request.askedAt);
  const guards = completeGuards(request.guards, previewed?.count ?? null);
  const frozenAt = previewed?.frozenAt ?? request.askedAt;
  // Pure: a worker compiles it again. What only shows here (a range that ends before it begins, a "me" without a
  // user) is answered now instead of ending the bulk delete later.
  const compiled = compileQuery(checked.query, checked.sort, {
    catalog,
    tenantId: organizationId,
    userId,
    now: frozenAt,
    tzOffsetMinutes: request.tzOffsetMinutes,
  });
  const record: PreparedRequest['record'] = {
    organization_id: organizationId,
    created_by: userId,
    updated_by: userId,
    api_key_id: actor.apiKeyId,
    request_id: actor.requestId,
    request_method: actor.request?.method ?? null,
    request_path: actor.request?.path ?? null,
    source: 'query',
    object_type: objectType.name,
    s_query: JSON.stringify(checked.sQuery),
    query: request.query,
    frozen_query: JSON.stringify(checked.frozen),
    frozen_at: frozenAt,
    query_words: await writeQueryWords(deps, actor, checked),
    sort: JSON.stringify(checked.sortJson),
    results_limit: request.resultsLimit,
    send_done_email: request.sendDoneEmail,
    archive: request.archive,
    archive_retention_ms: deps.settings.archiveRetentionMs,
    page_size: deps.settings.pageSize,
    tz_offset_minutes: request.tzOffsetMinutes,
    expected_count: guards.expectedCount,
    max_deletes: guards.maxDeletes,
    max_drift_percent: guards.maxDriftPercent,
    ...columnsOfMaxFailures(request.maxFailures),
    error_message: null,
    date_announced: null,
  };
  return { objectType, checked, compiled, subject, record };
}

function assertType({ bulkName, name, aliases }: ObjectType, believed: string | undefined): void {
  if (bulkName === undefined) {
    throw new BulkDeleteError(
      'BULK_DELETE_NOT_DELETABLE',
      's_query',
      `Objects of type "${name}" are part of others and cannot be bulk deleted.`,
    );
  }
  if (believed !== undefined && ![bulkName, name, ...aliases].includes(believed)) {
    throw new BulkDeleteError(
      'BULK_DELETE_OTHER_TYPE',
      'bulk_object_type',
      `s_query is about "${bulkName}", not about this. Correct one of the two, or leave this out.`,
    );
  }
}

function assertNotContradicted(matchAll: boolean, matchesEverything: boolean): void {
  if (matchAll && !matchesEverything) {
    throw new BulkDeleteError(
      'BULK_DELETE_MATCH_ALL_CONTRADICTED',
      'match_all',
      '"match_all": true says every object, but the query has conditions. Remove one of the two.',
    );
  }
}
