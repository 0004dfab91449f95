-- A query is frozen whole, and may be tried without deleting anything; guards bound what a bulk delete may take.
alter table bulk_delete
  -- `s_query` with its saved searches written out: what is resolved, whatever becomes of them meanwhile.
  add column frozen_query jsonb,
  -- What "now" means in the query: when it was asked, or when the preview was that it is bound to.
  add column frozen_at timestamptz,
  add column query_words text,
  add column dry_run boolean not null default false,
  -- Counts and ids, never values of records: a copy of them would outlive the records.
  add column preview jsonb,
  add column expected_count integer,
  add column max_deletes integer,
  add column max_drift_percent numeric;

-- Queries from before this migration could not name saved searches.
update bulk_delete set frozen_at = date_created, frozen_query = s_query;

alter table bulk_delete
  alter column frozen_at set default now(),
  alter column frozen_at set not null,
  drop constraint bulk_delete_resolved_before_processing,
  drop constraint bulk_delete_done_is_complete,
  -- A dry run that could not count in time has an estimate in its preview, and no counts.
  add constraint bulk_delete_resolved_before_processing check (
    dry_run or status not in ('processing', 'done') or (n_objects is not null and n_roots is not null)
  ),
  add constraint bulk_delete_done_is_complete check (
    dry_run or status <> 'done' or (n_objects_processed = n_objects and n_roots_processed = n_roots)
  ),
  -- Done from the start, so that no worker ever takes it up and it never has pages.
  add constraint bulk_delete_dry_run_deletes_nothing check (
    not dry_run
    or (status = 'done' and preview is not null and n_objects_processed = 0 and n_roots_processed = 0
        and deleted_counts = '{}')
  ),
  add constraint bulk_delete_only_dry_run_has_preview check (dry_run or preview is null),
  add constraint bulk_delete_frozen_with_query check ((s_query is null) = (frozen_query is null)),
  add constraint bulk_delete_guards_in_range check (
    expected_count >= 0 and max_deletes >= 0 and max_drift_percent between 0 and 100
  ),
  add constraint bulk_delete_drift_has_expected_count check (
    max_drift_percent is null or expected_count is not null
  );
