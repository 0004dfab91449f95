import type { Actor, BulkDeleteRequest } from '@winnow/bulk-delete';
import type { TestOrganization } from './factories.ts';

/** The organization's user, as a request that carries its key. */
export function actorOf(org: TestOrganization): Actor {
  return {
    organizationId: org.organizationId,
    userId: org.userId,
    apiKeyId: org.apiKeyId,
    requestId: 'req_test',
    request: null,
  };
}

/** A request for all objects of a type that satisfy every condition. */
export function requestFor(
  objectType: string,
  conditions: readonly unknown[],
  rest: Partial<BulkDeleteRequest> = {},
): BulkDeleteRequest {
  return {
    sQuery: { type: 'and', queries: [{ type: 'object_type', object_type: objectType }, ...conditions] },
    query: null,
    sort: [],
    resultsLimit: null,
    sendDoneEmail: false,
    matchAll: conditions.length === 0,
    archive: true,
    tzOffsetMinutes: 0,
    askedAt: new Date(),
    guards: { expectedCount: null, maxDriftPercent: null, maxDeletes: null },
    maxFailures: null,
    previewToken: null,
    ...rest,
  };
}

export function fieldCondition(objectType: string, fieldName: string, condition: unknown) {
  return {
    type: 'field_condition',
    field: { type: 'regular_field', object_type: objectType, field_name: fieldName },
    condition,
  };
}

export function sortBy(objectType: string, fieldName: string, direction: 'asc' | 'desc') {
  return { direction, field: { type: 'regular_field', object_type: objectType, field_name: fieldName } };
}
