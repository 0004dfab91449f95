-- What each role may do. Run it after every `winnow migrate`, before the new processes start, as winnow_migrate or as a
-- superuser: psql -v ON_ERROR_STOP=1 -f grants.sql. Running it again changes nothing.
--
-- It takes back first all that winnow_api, winnow_worker and winnow_monitor may on whatever winnow_migrate owns (schemas,
-- tables and their columns, sequences, functions, and what it will make) and on the schema public, so that it is the whole
-- truth about these. What roles.sql gives stays, and so does what the roles may on things of other owners.

-- All at once: processes work on while it runs, and must not meet a moment in which they may nothing.
begin;

-- Making, emptying and dropping partitions changes the same rows of the system catalogs. The workers wait, or come again.
do $$
begin
  perform pg_advisory_xact_lock(hashtextextended('winnow archive partitions', 0));
  perform pg_advisory_xact_lock(hashtextextended('winnow archive', 0));
end $$;

do $$
declare
  roles constant text := 'winnow_api, winnow_worker, winnow_monitor';
  owned text;
begin
  for owned in
    select format('schema %I', nspname) from pg_namespace
    where nspowner = 'winnow_migrate'::regrole or nspname = 'public'
    union all
    select format('%s %s', case relkind when 'S' then 'sequence' else 'table' end, oid::regclass) from pg_class
    where relowner = 'winnow_migrate'::regrole and relkind in ('r', 'p', 'v', 'm', 'f', 'S')
    union all
    select format('routine %s', oid::regprocedure) from pg_proc where proowner = 'winnow_migrate'::regrole
  loop
    execute format('revoke all on %s from %s', owned, roles);
  end loop;
  for owned in
    select format('%s revoke all on %s', coalesce('in schema ' || quote_ident(n.nspname), ''),
      case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'routines'
        when 'T' then 'types' when 'n' then 'schemas' end)
    from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace
    where d.defaclrole = 'winnow_migrate'::regrole and d.defaclobjtype in ('r', 'S', 'f', 'T', 'n')
  loop
    execute format('alter default privileges for role winnow_migrate %s from %s', owned, roles);
  end loop;
end $$;

grant usage on schema public, archive to winnow_api, winnow_worker;
grant usage on schema public to winnow_monitor;

-- Who may ask. Keys are made and revoked by `winnow keys`, which works as winnow_migrate.
grant select on organization, user_account, api_key to winnow_api;
grant select on organization, user_account to winnow_worker;
-- Making a saved search or a webhook subscription locks the row of the organization, which needs a right to write in it.
grant update (name) on organization to winnow_api;
grant select, insert on signing_key to winnow_api;
grant select, insert, update, delete on idempotency_key to winnow_api;
grant select, delete, update (lease_until) on idempotency_key to winnow_worker;

-- What organizations define.
grant select, insert on custom_field to winnow_api;
grant select, insert, update, delete on saved_search, webhook_subscription to winnow_api;
grant select on custom_field, saved_search to winnow_worker;
-- Whom to send what is for the api to say; the worker takes turns, keeps how they went, and pauses who never answers.
grant select, update (
  leased_until, lease_no, failures_in_row, failing_since, resting_until, rests_in_row, date_warned, status, pause_reason,
  date_updated
) on webhook_subscription to winnow_worker;
grant select, insert, update on campaign, lead_status, opportunity_status, pipeline to winnow_api;
grant select on campaign, lead_status, opportunity_status, pipeline to winnow_worker;

-- The record of what was asked and done: nobody deletes from it.
grant select, insert, update on bulk_delete, bulk_delete_page, bulk_undo, bulk_undo_page to winnow_api;
grant select, insert on bulk_delete_failure, bulk_undo_conflict to winnow_api;
grant select, update on bulk_delete, bulk_undo to winnow_worker;
grant select, insert, update on bulk_delete_page, bulk_undo_page to winnow_worker;
grant select, insert on bulk_delete_failure, bulk_undo_conflict to winnow_worker;

-- What undos gave back, for the event log; it goes with the archive.
grant select on bulk_undo_restored to winnow_api;
grant select, insert, delete on bulk_undo_restored to winnow_worker;

-- Events are written once; the relay marks them as passed on, and so does the api a ping.
grant select, insert, update (date_relayed) on event to winnow_api, winnow_worker;
grant select, insert, update, delete on delivery to winnow_api, winnow_worker;
grant select on delivery_attempt to winnow_api;
grant select, insert on delivery_attempt to winnow_worker;

-- What can be deleted: the tables of the catalog. The api changes single records, and deletes what is named by id while
-- the caller waits; with WINNOW_SYNCHRONOUS_MS=0 it does not, see api-without-delete.sql.
grant select, insert, update, delete on
  lead, contact, contact_email, contact_phone, contact_url, address, opportunity, task, activity, document, custom_object
to winnow_api, winnow_worker;

-- The archive: pages write it, results and events read it, an undo takes out of it.
grant select, insert on all tables in schema archive to winnow_api;
grant select, insert, update, delete on all tables in schema archive to winnow_worker;
alter default privileges for role winnow_migrate in schema archive grant select, insert on tables to winnow_api;
alter default privileges for role winnow_migrate in schema archive grant select, insert, update, delete on tables to winnow_worker;

-- Purging: done by functions with the rights of the archive's owner, which do nothing that is not due.
grant execute on function archive_make_partitions(), archive_purge_next(), archive_drop_next() to winnow_worker;
-- Whoever works pages looks first whether the archive takes all that it is given.
grant select on archive_partition to winnow_api, winnow_worker;
grant select, insert, update on archive_purge to winnow_worker;

-- The queue, where it lives in Postgres.
do $$
begin
  if exists (select from pg_namespace where nspname = 'bullmq') then
    grant usage on schema bullmq to winnow_api, winnow_worker;
    grant select, insert, update, delete on all tables in schema bullmq to winnow_api, winnow_worker;
    grant usage, select, update on all sequences in schema bullmq to winnow_api, winnow_worker;
    alter default privileges for role winnow_migrate in schema bullmq
      grant select, insert, update, delete on tables to winnow_api, winnow_worker;
    alter default privileges for role winnow_migrate in schema bullmq
      grant usage, select, update on sequences to winnow_api, winnow_worker;
  end if;
end $$;

-- How much is waiting and what is stuck. Of bulk deletes all columns but s_query, frozen_query, query and query_words, and
-- of conflicts all but the message, which quotes values. Messages of failures and errors may quote some too, and are what
-- one looks for.
grant select (
  id, organization_id, created_by, updated_by, api_key_id, request_id, request_method, request_path, source, object_type,
  status, asked, date_asked, date_paused, paused_ms, waiting_reason, date_waiting, error_message, sort, results_limit,
  send_done_email, archive, page_size, tz_offset_minutes, frozen_at, dry_run, preview, expected_count, max_deletes,
  max_drift_percent, max_failures, max_failure_percent, max_failures_after, n_objects, n_objects_processed,
  n_objects_deleted, n_objects_not_found, n_objects_failed, n_objects_unprocessed, n_roots, n_roots_processed,
  deleted_counts, date_created, date_updated, date_started, date_resolved, date_finished, date_announced, parent_id,
  undo_id, date_undone, archive_retention_ms, date_undo_expires, date_archive_purged
) on bulk_delete to winnow_monitor;
grant select (bulk_undo_id, object_type, object_id, link, code, date_created) on bulk_undo_conflict to winnow_monitor;
grant select on
  bulk_delete_page, bulk_delete_failure, bulk_undo, bulk_undo_page, archive_partition, archive_purge, delivery,
  delivery_attempt
to winnow_monitor;

commit;
