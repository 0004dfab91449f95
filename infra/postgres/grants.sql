-- What each role may do. Run it as winnow_migrate (or a superuser) after every `winnow migrate`, before the new processes
-- start; running it again changes nothing. It takes back first, so that it is the whole truth.

revoke all on all tables in schema public, archive from winnow_api, winnow_worker, winnow_monitor;
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
grant select, update on webhook_subscription to winnow_worker;
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

-- Events are written once; the relay marks them as passed on.
grant select, insert on event to winnow_api, winnow_worker;
grant update (date_relayed) on event to winnow_worker;
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
alter default privileges in schema archive grant select, insert on tables to winnow_api;
alter default privileges in schema archive grant select, insert, update, delete on tables to winnow_worker;

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
    alter default privileges in schema bullmq
      grant select, insert, update, delete on tables to winnow_api, winnow_worker;
    alter default privileges in schema bullmq
      grant usage, select, update on sequences to winnow_api, winnow_worker;
  end if;
end $$;

grant select on
  bulk_delete, bulk_delete_page, bulk_delete_failure, bulk_undo, bulk_undo_page, archive_partition,
  archive_purge, delivery, delivery_attempt
to winnow_monitor;
