import type { ColumnType, Generated, JSONColumnType } from 'kysely';

/** A JSON object as it comes out of `jsonb`. */
export type JsonObject = { readonly [key: string]: JsonValue };
export type JsonValue = string | number | boolean | null | JsonObject | readonly JsonValue[];

type Json<T> = JSONColumnType<T & object, string, string>;
type NullableJson<T> = ColumnType<T | null, string | null, string | null>;
type Stamp = ColumnType<Date, Date | undefined, Date>;

export const BULK_DELETE_STATUSES = [
  'created',
  'loading',
  'processing',
  'paused',
  'resuming',
  'done',
  'error',
  'cancelled',
] as const;
export type BulkDeleteStatus = (typeof BULK_DELETE_STATUSES)[number];

/** An undo has nothing to resolve: the pages of the bulk delete are its own. */
export const BULK_UNDO_STATUSES = [
  'created',
  'processing',
  'paused',
  'resuming',
  'done',
  'error',
  'cancelled',
] as const;
export type BulkUndoStatus = (typeof BULK_UNDO_STATUSES)[number];

/**
 * Who named the objects: a query; the URL of one; a list of ids; identifiers of another system; a merge, which deletes
 * what it has moved into another object; an earlier bulk delete, of which it tries again what is left.
 */
export type BulkDeleteSource = 'query' | 'one' | 'ids' | 'identifiers' | 'merge' | 'retry';

/** Objects deleted, by object type name. */
export type DeletedCounts = Readonly<Record<string, number>>;

/** What a dry run found, as it is kept: ids instead of records, so that nothing outlives what it was read from. */
export interface StoredPreview {
  /** Objects that would be deleted; null when not even an estimate could be made in time. */
  readonly count: number | null;
  readonly is_estimate: boolean;
  /** The same without `results_limit`. */
  readonly total_matching: number | null;
  readonly matches_everything: boolean;
  /** By object type name; null when it could not be counted in time. */
  readonly cascade: DeletedCounts | null;
  readonly detached: DeletedCounts | null;
  readonly cascade_is_estimate: boolean;
  /** Plain UUIDs, in the order of the sort. */
  readonly sample: readonly string[] | null;
  /** What a guard of the request would stop the bulk delete with. */
  readonly breach: string | null;
  readonly note: string | null;
  /** ISO 8601. */
  readonly date_counted: string;
  readonly took_ms: number;
}

interface OrganizationTable {
  id: string;
  name: string;
  date_created: Stamp;
}

interface UserAccountTable {
  id: string;
  organization_id: string;
  email: string;
  first_name: Generated<string>;
  last_name: Generated<string>;
  date_created: Stamp;
}

interface ApiKeyTable {
  id: string;
  organization_id: string;
  user_id: string;
  name: string;
  secret_hash: Buffer;
  scopes: string[];
  campaign_ids: string[] | null;
  date_created: Stamp;
  date_expires: Date | null;
  date_revoked: Date | null;
}

interface IdempotencyKeyTable {
  api_key_id: string;
  key: string;
  fingerprint: Buffer;
  resource_id: string;
  state: Generated<'running' | 'answered'>;
  lease_until: Date;
  lease_no: Generated<number>;
  status: number | null;
  headers: NullableJson<Readonly<Record<string, string>>>;
  body: string | null;
  date_created: Stamp;
  date_expires: Date;
}

interface CustomFieldTable {
  id: string;
  organization_id: string;
  owner: string;
  name: string;
  type: string;
  choices: Generated<string[]>;
  accepts_multiple_values: Generated<boolean>;
  created_by: string | null;
  updated_by: string | null;
  date_created: Stamp;
  date_updated: Stamp;
}

/** What a text to sign with is kept for; each purpose has a key of its own. */
export type SigningPurpose = 'cursor' | 'preview';

interface SigningKeyTable {
  purpose: SigningPurpose;
  secret: Buffer;
  date_created: Stamp;
}

interface SavedSearchTable {
  id: string;
  organization_id: string;
  user_id: string | null;
  name: string;
  description: Generated<string>;
  object_type: string;
  query: string | null;
  s_query: NullableJson<JsonObject>;
  selected_fields: Json<readonly JsonObject[]>;
  is_shared: Generated<boolean>;
  tree: Json<JsonObject>;
  created_by: string | null;
  updated_by: string | null;
  date_created: Stamp;
  date_updated: Stamp;
}

interface BulkDeleteTable {
  id: string;
  organization_id: string;
  created_by: string | null;
  updated_by: string | null;
  api_key_id: string | null;
  request_id: string | null;
  source: BulkDeleteSource;
  request_method: string | null;
  request_path: string | null;
  object_type: string;
  status: BulkDeleteStatus;
  s_query: NullableJson<JsonObject>;
  query: string | null;
  frozen_query: NullableJson<JsonObject>;
  frozen_at: Stamp;
  query_words: string | null;
  sort: Json<readonly JsonObject[]>;
  results_limit: number | null;
  send_done_email: Generated<boolean>;
  archive: Generated<boolean>;
  page_size: number;
  tz_offset_minutes: Generated<number>;
  n_objects: number | null;
  n_objects_processed: Generated<number>;
  n_objects_deleted: Generated<number>;
  n_objects_not_found: Generated<number>;
  n_objects_failed: Generated<number>;
  /** Worked out by Postgres; null before the set is frozen, and of a dry run. */
  n_objects_unprocessed: ColumnType<number | null, never, never>;
  n_roots: number | null;
  n_roots_processed: Generated<number>;
  deleted_counts: ColumnType<DeletedCounts, string | undefined, string>;
  dry_run: Generated<boolean>;
  preview: NullableJson<StoredPreview>;
  expected_count: number | null;
  max_deletes: number | null;
  /** `numeric`, which comes as text. */
  max_drift_percent: ColumnType<string | null, number | null, number | null>;
  error_message: string | null;
  date_created: Stamp;
  date_updated: Stamp;
  date_started: Date | null;
  date_finished: Date | null;
  date_announced: Date | null;
  asked: 'pause' | 'cancel' | null;
  date_asked: Date | null;
  date_paused: Date | null;
  /** `bigint`, which comes as text. */
  paused_ms: ColumnType<string, number | undefined, number>;
  date_resolved: Date | null;
  /** Of a retry: the bulk delete that left what it takes. */
  parent_id: string | null;
  max_failures: number | null;
  /** `numeric`, which comes as text. */
  max_failure_percent: ColumnType<string | null, number | null, number | null>;
  max_failures_after: number | null;
  undo_id: string | null;
  date_undone: Date | null;
  waiting_reason: string | null;
  date_waiting: Date | null;
  /** How long its archive is kept after its end: what was promised when it was made. */
  archive_retention_ms: Generated<number>;
  /** Worked out by Postgres; null while it runs, and where there is nothing to undo. */
  date_undo_expires: ColumnType<Date | null, never, never>;
  /** When the archive's rows were gone. */
  date_archive_purged: Date | null;
}

interface ArchivePurgeTable {
  id: Generated<number>;
  /** Of all bulk deletes with ids from this one… */
  from_id: string | null;
  /** …to before this one; both null where `bulk_delete_id` is given. */
  to_id: string | null;
  bulk_delete_id: string | null;
  partitions: Generated<string[]>;
  n_bulk_deletes: number;
  n_objects: number;
  n_bytes: number | null;
  date_purged: Stamp;
  date_marked: Date | null;
}

/** A view: it cannot be written. */
interface ArchivePartitionView {
  schema_name: ColumnType<string, never, never>;
  table_name: ColumnType<string, never, never>;
  partition_name: ColumnType<string, never, never>;
  is_default: ColumnType<boolean, never, never>;
  /** Null for the default one, as `to_id`. */
  from_id: ColumnType<string | null, never, never>;
  to_id: ColumnType<string | null, never, never>;
}

interface BulkUndoTable {
  id: string;
  organization_id: string;
  bulk_delete_id: string;
  created_by: string | null;
  updated_by: string | null;
  api_key_id: string | null;
  request_id: string | null;
  request_method: string | null;
  request_path: string | null;
  status: Generated<BulkUndoStatus>;
  send_done_email: Generated<boolean>;
  n_objects: number;
  n_objects_restored: Generated<number>;
  n_objects_failed: Generated<number>;
  n_objects_not_found: Generated<number>;
  n_links_restored: Generated<number>;
  n_links_failed: Generated<number>;
  restored_counts: ColumnType<DeletedCounts, string | undefined, string>;
  n_pages: number;
  n_pages_done: Generated<number>;
  error_message: string | null;
  asked: 'pause' | 'cancel' | null;
  date_asked: Date | null;
  date_paused: Date | null;
  paused_ms: Generated<number>;
  date_created: Stamp;
  date_updated: Stamp;
  date_started: Date | null;
  date_finished: Date | null;
  date_announced: Date | null;
  waiting_reason: string | null;
  date_waiting: Date | null;
}

interface BulkUndoPageTable {
  bulk_undo_id: string;
  position: number;
  page_no: number;
  status: Generated<'pending' | 'done'>;
  attempts: Generated<number>;
  not_before: Date | null;
  n_restored: Generated<number>;
  n_failed: Generated<number>;
  date_finished: Date | null;
  /** Most records undone in one transaction; null: all of the page. */
  piece_size: number | null;
}

interface BulkUndoConflictTable {
  bulk_undo_id: string;
  object_type: string;
  object_id: string;
  link: Generated<string>;
  code: string;
  message: string;
  date_created: Stamp;
}

/** Records of one kind that came back with one page of an undo. */
interface BulkUndoRestoredTable {
  bulk_undo_id: string;
  position: number;
  bulk_delete_id: string;
  page_no: number;
  organization_id: string;
  table_name: string;
  type: string | null;
  kind: string | null;
  ids: string[];
  root_ids: (string | null)[];
  date_created: Stamp;
}

interface BulkDeletePageTable {
  bulk_delete_id: string;
  page_no: number;
  object_ids: string[];
  n_roots: number;
  status: Generated<'pending' | 'done'>;
  attempts: Generated<number>;
  not_before: Date | null;
  n_deleted: Generated<number>;
  n_not_found: Generated<number>;
  n_failed: Generated<number>;
  /** Position of its first object in the frozen set, from 1. */
  first_position: number;
  not_found_ids: Generated<string[] | null>;
  date_finished: Date | null;
}

interface BulkDeleteFailureTable {
  bulk_delete_id: string;
  object_id: string;
  code: string;
  message: string;
  date_created: Stamp;
}

interface WebhookSubscriptionTable {
  id: string;
  organization_id: string;
  url: string;
  events: Json<readonly JsonObject[]>;
  status: Generated<'active' | 'paused'>;
  verify_ssl: Generated<boolean>;
  signature_key: string;
  event_filter: ColumnType<JsonObject | null, string | null | undefined, string | null>;
  batch: number | null;
  previous_signature_key: string | null;
  previous_key_expires: Date | null;
  last_rotation: string | null;
  leased_until: Date | null;
  lease_no: Generated<number>;
  failures_in_row: Generated<number>;
  failing_since: Date | null;
  resting_until: Date | null;
  rests_in_row: Generated<number>;
  date_warned: Date | null;
  pause_reason: string | null;
  created_by: string | null;
  updated_by: string | null;
  date_created: Stamp;
  date_updated: Stamp;
}

interface EventTable {
  id: string;
  organization_id: string;
  object_type: string;
  object_id: string;
  action: string;
  user_id: string | null;
  api_key_id: string | null;
  request_id: string | null;
  data: NullableJson<JsonObject>;
  previous_data: NullableJson<JsonObject>;
  changed_fields: Generated<string[]>;
  meta: ColumnType<JsonObject, string | undefined, string>;
  page_no: number | null;
  deleted_counts: ColumnType<DeletedCounts | null, string | null | undefined, string | null>;
  date_created: Stamp;
  date_relayed: Date | null;
}

/** A record among those that a page deleted, or an undo gave back with it. */
export interface RecordPosition {
  readonly objectType: string;
  readonly id: string;
}

/** A part of a page's records that is delivered by itself: those after `after`, up to and with `until`. */
export interface DeliveryPiece {
  readonly after: RecordPosition | null;
  readonly until: RecordPosition;
  /** How many records lie between, those that nobody asked for included. */
  readonly span: number;
  /** On the wire, where the piece is one event. */
  readonly event_id: string | null;
}

interface DeliveryTable {
  id: string;
  organization_id: string;
  event_id: string;
  channel: 'email' | 'webhook';
  subscription_id: string | null;
  status: Generated<'pending' | 'delivered' | 'failed' | 'dropped'>;
  attempts: Generated<number>;
  next_attempt_at: Stamp;
  leased_until: Date | null;
  last_status_code: number | null;
  last_error: string | null;
  n_events: Generated<number>;
  n_sent: Generated<number>;
  position: ColumnType<RecordPosition | null, string | null | undefined, string | null>;
  piece: ColumnType<DeliveryPiece | null, string | null | undefined, string | null>;
  piece_key: Generated<string>;
  is_ping: Generated<boolean>;
  failures: Generated<number>;
  date_queued: Stamp;
  date_created: Stamp;
  date_finished: Date | null;
}

interface DeliveryAttemptTable {
  delivery_id: string;
  attempt: number;
  date_started: Date;
  took_ms: number;
  status_code: number | null;
  error: string | null;
  n_sent: number;
}

/** Winnow's own tables. Tables of a catalog are not in it: they are known only at run time. */
export interface Database {
  organization: OrganizationTable;
  user_account: UserAccountTable;
  api_key: ApiKeyTable;
  idempotency_key: IdempotencyKeyTable;
  custom_field: CustomFieldTable;
  saved_search: SavedSearchTable;
  signing_key: SigningKeyTable;
  bulk_delete: BulkDeleteTable;
  bulk_delete_page: BulkDeletePageTable;
  bulk_delete_failure: BulkDeleteFailureTable;
  archive_purge: ArchivePurgeTable;
  archive_partition: ArchivePartitionView;
  bulk_undo: BulkUndoTable;
  bulk_undo_page: BulkUndoPageTable;
  bulk_undo_conflict: BulkUndoConflictTable;
  bulk_undo_restored: BulkUndoRestoredTable;
  webhook_subscription: WebhookSubscriptionTable;
  event: EventTable;
  delivery: DeliveryTable;
  delivery_attempt: DeliveryAttemptTable;
}
