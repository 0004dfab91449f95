export { type ConnectOptions, connect, type Db } from './connection.ts';
export { migrateToLatest } from './migrate.ts';
export {
  createOrganization,
  createUser,
  findExistingUserIds,
  findOrganization,
  findUser,
  listOrganizations,
  listUserPage,
  listUsers,
  listUsersById,
  type OrganizationRow,
  type UserRow,
} from './repositories/accounts.ts';
export { listActiveSubscriptions, type SubscriptionWishes } from './repositories/active-subscriptions.ts';
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
export {
  type ArchivePurgeRow,
  dropNextPartition,
  makeArchivePartitions,
  markPurged,
  purgeNextPartitions,
} from './repositories/archive-partitions.ts';
export {
  findArchiveExpiry,
  hasArchiveExpired,
  holdArchive,
  takeArchive,
} from './repositories/archive-retention.ts';
export {
  deleteArchivedPage,
  findExpiredOutsidePartitions,
  listArchiveTables,
  recordPurge,
} from './repositories/archive-rows.ts';
export { type ArchivedChild, listArchivedChildren } from './repositories/archived-children.ts';
export {
  type ArchivedOnly,
  type ArchivedPage,
  findArchivedByHash,
  findArchivingPages,
  findDeletedIds,
  listArchivedEmbedded,
  listArchivedObjects,
  type PageKey,
  readArchivedColumn,
} from './repositories/archived-objects.ts';
export {
  askBulkDelete,
  cancelPaused,
  findLongPaused,
  listUnfinishedOfKey,
  lockForControl,
  lockLongPaused,
  resumePaused,
  type Settled,
  settleAsked,
} from './repositories/bulk-delete-control.ts';
export {
  type FailureReason,
  listFailureReasons,
  listFailures,
  type ObjectFailure,
} from './repositories/bulk-delete-failures.ts';
export {
  findDeletingPageAt,
  listDeletingPages,
  listOutcomes,
  type ObjectOutcome,
  OUTCOMES,
  type Outcome,
} from './repositories/bulk-delete-results.ts';
export {
  type BulkDeleteRow,
  type FinishedPage,
  failBulkDelete,
  findBulkDelete,
  findBulkDeleteForWork,
  findIdleBulkDeletes,
  finishPage,
  finishResolving,
  insertBulkDelete,
  insertBulkDeleteOnce,
  listBulkDeletes,
  lockForCounting,
  lockForResolving,
  markLoading,
  markProcessing,
  type NewBulkDelete,
  type PageCounts,
} from './repositories/bulk-deletes.ts';
export {
  askBulkUndo,
  endUndoPause,
  lockUndoForControl,
  settleAskedUndo,
  type UndoSettled,
} from './repositories/bulk-undo-control.ts';
export {
  claimUndoPage,
  insertUndoConflicts,
  listUndoConflicts,
  lockFailedUndoPage,
  type NewUndoConflict,
  nextUndoPageDelayMs,
  replanUndoPage,
  type UndoConflictRow,
  type UndoPagePlan,
  type UndoPageRow,
} from './repositories/bulk-undo-pages.ts';
export {
  type BulkUndoRow,
  countLeftToUndo,
  failBulkUndo,
  findBulkUndo,
  findBulkUndoForWork,
  findIdleBulkUndos,
  findUnfinishedUndo,
  finishUndoPage,
  insertBulkUndo,
  listBulkUndos,
  listFailedUndos,
  lockUndoForCounting,
  markUndoProcessing,
} from './repositories/bulk-undos.ts';
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
  findDueEmails,
  finishDelivery,
  insertDeliveries,
  type LeasedDelivery,
  leaseDelivery,
  type NewDelivery,
  postponeDelivery,
} from './repositories/deliveries.ts';
export {
  type DeliveryAttemptRow,
  deleteOldDeliveries,
  findDelivery,
  findDeliveryOfEvent,
  listDeliveries,
  listEventsForDeliveries,
  listLastAttempts,
  requeueDelivery,
} from './repositories/delivery-log.ts';
export {
  type EventRowFilter,
  findEventRows,
  listEventRows,
  type MomentBounds,
} from './repositories/event-log.ts';
export {
  claimUnrelayedEvent,
  type EventRow,
  findEventForDelivery,
  findUnrelayedEvents,
  insertEvent,
  markEventRelayed,
  type NewEvent,
} from './repositories/events.ts';
export {
  claimIdempotencyKey,
  deleteExpiredIdempotencyKeys,
  endIdempotencyLease,
  findKeptAnswer,
  type IdempotencyClaim,
  type IdempotencyKeyRef,
  type IdempotencyLease,
  type KeptAnswer,
  keepAnswer,
  releaseIdempotencyKey,
  renewIdempotencyLease,
} from './repositories/idempotency-keys.ts';
export {
  findIdentified,
  findTargetIds,
  type IdentifiedObject,
  type IdentifiedScope,
  type IdentifierKeys,
} from './repositories/identified-objects.ts';
export { mergeJsonColumn } from './repositories/json-column.ts';
export { findIdsByKey } from './repositories/keyed-rows.ts';
export { interruptResolving, takeAllLanes, takeLane } from './repositories/lanes.ts';
export { targetsLeftBy } from './repositories/left-targets.ts';
export { type ListedIds, listIds } from './repositories/listed-ids.ts';
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
export { type Relinking, relinkReferences } from './repositories/relink.ts';
export { type ReferringCustomField, relinkCustomValues } from './repositories/relink-custom-values.ts';
export {
  type DetachedColumn,
  hasLeftLinks,
  type LeftLink,
  type LeftRow,
  listDetachedColumns,
  listLeftLinks,
  listLeftRows,
  listUntriedIds,
  type RestorationContext,
  type RestoredColumn,
  restoreLinks,
  restoreRows,
} from './repositories/restoration.ts';
export {
  countTrial,
  countTrialLinks,
  readUniqueIndexes,
  type TrialContext,
  type TrialLinks,
  type TrialRows,
  type UniqueIndex,
} from './repositories/restoration-preview.ts';
export {
  checkUniquenessAtOnce,
  hasArchivedRows,
  type RestoringColumns,
  readRestoringColumns,
  type TableColumn,
} from './repositories/restored-columns.ts';
export { nextPiecePosition } from './repositories/restored-page.ts';
export {
  findRestoredByHash,
  findRestoringPages,
  type GivenBack,
  listRestoredRecords,
  type RestoredOnly,
  type RestoredRecord,
} from './repositories/restored-records.ts';
export {
  findRooted,
  isBeingMergedAway,
  lockRooted,
  type MergeScope,
  type RootedObject,
} from './repositories/rooted-objects.ts';
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
export { listUnfinished } from './repositories/unfinished.ts';
export { noteBulkDeleteWaiting, noteBulkUndoWaiting } from './repositories/waiting.ts';
export {
  type AttemptRecord,
  type DeliveryProgress,
  listDueDeliveries,
  type NewPiece,
  saveProgress,
  type TurnLease,
} from './repositories/webhook-deliveries.ts';
export {
  countWaitingEvents,
  lockAfterTurn,
  markWarned,
  pauseSubscription,
} from './repositories/webhook-pauses.ts';
export { forgetPreviousKey, rotateSignatureKey } from './repositories/webhook-secrets.ts';
export type { SubscriptionById, WebhookSubscriptionRow } from './repositories/webhook-subscription-row.ts';
export {
  createWebhookSubscription,
  deleteWebhookSubscription,
  findWebhookSubscription,
  listWebhookSubscriptions,
  type SubscriptionChanges,
  updateWebhookSubscription,
} from './repositories/webhook-subscriptions.ts';
export {
  findDueSubscriptions,
  finishTurn,
  type LeasedSubscription,
  leaseSubscription,
  nextDueMs,
  renewLease,
  type TurnRecord,
} from './repositories/webhook-turns.ts';
export { errorCode, type Recovery, recoveryFor } from './sqlstate.ts';
export * from './tables.ts';
export type { Trx } from './transaction.ts';
