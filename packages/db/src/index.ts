export { type ConnectOptions, connect, type Db } from './connection.ts';
export { migrateToLatest } from './migrate.ts';
export {
  createOrganization,
  createUser,
  findExistingUserIds,
  findOrganization,
  findUser,
  listOrganizations,
  listUsers,
  listUsersById,
  type OrganizationRow,
  type UserRow,
} from './repositories/accounts.ts';
export {
  type ActiveSubscription,
  findActiveSubscription,
  listActiveSubscriptions,
} from './repositories/active-subscriptions.ts';
export {
  API_KEY_SCOPES,
  type ApiKeyRow,
  type ApiKeyScope,
  type Authenticated,
  type Authentication,
  authenticate,
  createApiKey,
  listApiKeys,
  revokeApiKey,
} from './repositories/api-keys.ts';
export { type FailureReason, listFailureReasons } from './repositories/bulk-delete-failures.ts';
export {
  type BulkDeleteRow,
  failBulkDelete,
  findBulkDelete,
  findBulkDeleteForWork,
  findIdleBulkDeletes,
  finishPage,
  finishResolving,
  insertBulkDelete,
  listBulkDeletes,
  lockForResolving,
  markLoading,
  type NewBulkDelete,
  type PageCounts,
} from './repositories/bulk-deletes.ts';
export { readColumnFacts, type WhenAbsent } from './repositories/column-facts.ts';
export {
  type CopySession,
  type CopyTarget,
  type CopyTransaction,
  openCopySession,
} from './repositories/copy.ts';
export { countArchived, countByField } from './repositories/counts.ts';
export {
  type CustomFieldRow,
  createCustomField,
  customFieldsById,
  listCustomFieldPage,
  listCustomFields,
} from './repositories/custom-fields.ts';
export {
  type DeletedRows,
  type DeletionContext,
  deleteSteps,
  type LockedIds,
  type LockedRows,
  lockChildren,
  lockTargets,
} from './repositories/deletion.ts';
export {
  type AttemptResult,
  closeDeliveryBeforehand,
  type DeliveryChannel,
  type DeliveryRow,
  findDueDeliveries,
  finishDelivery,
  insertDeliveries,
  type LeasedDelivery,
  leaseDelivery,
  type NewDelivery,
  postponeDelivery,
} from './repositories/deliveries.ts';
export {
  claimUnrelayedEvent,
  type EventRow,
  findEventForDelivery,
  findUnrelayedEvents,
  insertEvent,
  markEventRelayed,
  type NewEvent,
} from './repositories/events.ts';
export { findIdsByKey } from './repositories/keyed-rows.ts';
export type { FieldFilter, ObjectRow } from './repositories/object-columns.ts';
export {
  type ColumnValues,
  insertObjects,
  type NewObject,
  updateObject,
} from './repositories/object-writes.ts';
export {
  type ColumnEquals,
  deleteEmbedded,
  findExistingIds,
  findObject,
  listEmbedded,
  listObjects,
  listObjectsById,
  type ObjectScope,
} from './repositories/objects.ts';
export {
  claimPage,
  insertFailure,
  lockFailedPage,
  nextPageDelayMs,
  type PageRow,
  postponePage,
  splitPage,
  takeLane,
} from './repositories/pages.ts';
export { pingDatabase } from './repositories/ping.ts';
export {
  countTargets,
  estimateTargets,
  type PreviewQuery,
  type PreviewScope,
  sampleTargets,
  someTargetIds,
  type TargetCounts,
  targetIds,
} from './repositories/preview.ts';
export {
  type AffectedRows,
  type Cascade,
  type CascadeScope,
  countCascade,
} from './repositories/preview-cascade.ts';
export {
  deleteSavedSearch,
  findSavedSearch,
  findSavedSearchNames,
  findSavedSearchTrees,
  insertSavedSearch,
  listNamingSavedSearches,
  listSavedSearches,
  lockSavedSearches,
  type NamingSavedSearch,
  type SavedSearchRow,
  type SavedSearchTree,
  type SavedSearchViewer,
  updateSavedSearch,
} from './repositories/saved-searches.ts';
export { withSavepoint } from './repositories/savepoint.ts';
export {
  type ForeignKey,
  type GuardReading,
  type InspectionGuard,
  inspectSchema,
  readGuard,
  type SchemaInspection,
} from './repositories/schema-inspection.ts';
export {
  boundSearch,
  countFound,
  findIdsAt,
  findRowsAfter,
  narrowed,
} from './repositories/search.ts';
export { type RowKey, withKeysWorkedOut } from './repositories/search-keys.ts';
export {
  boundTransaction,
  preferIndexes,
  type TransactionBounds,
  turnOffJit,
  turnOffTriggers,
} from './repositories/session.ts';
export { signingKeyOf } from './repositories/signing-keys.ts';
export {
  insertPages,
  type ResolvedCounts,
  type TargetQuery,
  targetsOfIds,
  targetsOfQuery,
} from './repositories/target-pages.ts';
export {
  createWebhookSubscription,
  deleteWebhookSubscription,
  findWebhookSubscription,
  listWebhookSubscriptions,
  updateWebhookSubscription,
  type WebhookSubscriptionRow,
} from './repositories/webhook-subscriptions.ts';
export { errorCode, type Recovery, recoveryFor } from './sqlstate.ts';
export * from './tables.ts';
export type { Trx } from './transaction.ts';
