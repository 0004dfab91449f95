-- The roles of Winnow, least privilege for each process. Run it once as a superuser in the database that Winnow is to
-- have, before the first migration; running it again changes nothing. Then give the roles passwords (\password NAME).
--
--   winnow_migrate  owns everything: `winnow migrate`, and the commands that work on the database (keys, import, …)
--   winnow_api      the api processes
--   winnow_worker   the worker processes
--   winnow_monitor  looks on: how much is waiting, what is stuck; no records, keys or queries, but messages, which may
--                   quote a value of a record

do $$
declare
  role_name text;
begin
  foreach role_name in array array['winnow_migrate', 'winnow_api', 'winnow_worker', 'winnow_monitor'] loop
    if not exists (select from pg_roles where rolname = role_name) then
      execute format('create role %I login', role_name);
    end if;
    execute format('grant connect on database %I to %I', current_database(), role_name);
  end loop;
  -- Its owner may make schemas in it and tables in "public"; nobody else comes in.
  execute format('alter database %I owner to winnow_migrate', current_database());
  execute format('revoke connect, temporary on database %I from public', current_database());
end $$;

revoke create on schema public from public;

-- Pages run much faster when their transaction may switch off the foreign-key triggers that it makes redundant.
grant set on parameter session_replication_role to winnow_worker;

-- Whoever pauses or cancels a bulk delete interrupts the statement of the worker that still looks its records up.
-- Without this the pause comes when that statement is done. Postgres knows no smaller right: the api may then interrupt or
-- end any session of the whole cluster that is not a superuser's.
grant pg_signal_backend to winnow_api;

grant pg_monitor to winnow_monitor;
