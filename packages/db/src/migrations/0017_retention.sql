-- The archive is kept for a time, and then dropped, not deleted: every table of it is partitioned by the id of the bulk
-- delete. Ids are UUIDs of version 7, so that a moment is a bound, a week is a partition, and every statement about one
-- bulk delete reads one partition only.

-- The least id that is made at this moment.
create function archive_id_at(moment timestamptz) returns uuid
  language sql immutable parallel safe
  return rpad(lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0'), 32, '0')::uuid;

-- Immutable although adding to a moment is not in general: an interval of milliseconds depends on no time zone.
create function archive_kept_until(date_finished timestamptz, retention_ms bigint) returns timestamptz
  language sql immutable parallel safe
  return date_finished + retention_ms * interval '1 millisecond';

-- What is promised when a bulk delete is asked for is kept with it: another setting later does not change it.
alter table bulk_delete add column archive_retention_ms bigint not null default 2592000000
  constraint bulk_delete_archive_retention_positive check (archive_retention_ms > 0);

-- Nothing was promised before this migration: everybody gets 30 days from now.
update bulk_delete set archive_retention_ms = archive_retention_ms
  + greatest(0, extract(epoch from now() - date_finished) * 1000)::bigint
where date_finished is not null;

alter table bulk_delete
  -- Null while it runs, and where there is nothing to undo: no archive, or nothing deleted.
  add column date_undo_expires timestamptz generated always as (
    case when archive and not dry_run and n_objects_deleted > 0
      then archive_kept_until(date_finished, archive_retention_ms) end
  ) stored,
  -- Written after the rows have gone, which may be later than they expired.
  add column date_archive_purged timestamptz;
create index bulk_delete_archived on bulk_delete (date_undo_expires)
  where date_undo_expires is not null and date_archive_purged is null;

-- What was purged. Its rows are never changed, but for date_marked.
create table archive_purge (
  id bigint generated always as identity primary key,
  -- Of all bulk deletes with ids from the one to before the other; or of this one, whose rows lay in no partition of a week.
  from_id uuid,
  to_id uuid,
  bulk_delete_id uuid references bulk_delete (id),
  partitions text[] not null default '{}',
  n_bulk_deletes bigint not null,
  -- What they had taken, less what undos had given back.
  n_objects bigint not null,
  -- Null where rows were deleted: the space is used again, and not given back.
  n_bytes bigint,
  date_purged timestamptz not null default clock_timestamp(),
  -- When all of them had date_archive_purged.
  date_marked timestamptz,
  constraint archive_purge_of_range_or_one check (
    (from_id is null) = (to_id is null) and (from_id is null) = (bulk_delete_id is not null)
  )
);
create index archive_purge_unmarked on archive_purge (id) where date_marked is null;
create index archive_purge_bulk_delete on archive_purge (bulk_delete_id) where bulk_delete_id is not null;

-- The partitions of the archive as they are. The first one has no lower bound, which the least UUID stands for.
create view archive_partition as
select n.nspname::text as schema_name, parent.relname::text as table_name, part.relname::text as partition_name,
  bound.text = 'DEFAULT' as is_default,
  case when bound.text <> 'DEFAULT' then coalesce(
    substring(bound.text from 'FROM \(''([0-9a-f-]{36})''\)'), '00000000-0000-0000-0000-000000000000'
  )::uuid end as from_id,
  substring(bound.text from 'TO \(''([0-9a-f-]{36})''\)')::uuid as to_id
from pg_inherits i
join pg_class part on part.oid = i.inhrelid
join pg_class parent on parent.oid = i.inhparent and parent.relkind = 'p'
join pg_namespace n on n.oid = parent.relnamespace and n.nspname = 'archive'
cross join lateral (select pg_get_expr(part.relpartbound, part.oid)) as bound (text);

-- Makes one partition, and moves into it what lay in the default one for want of it. ATTACH, and not PARTITION OF: it
-- lets pages go on.
create function archive_add_partition(of_table text, partition_name text, from_id uuid, to_id uuid) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as
$$
declare
  has_rows boolean;
begin
  execute format('create table archive.%I (like archive.%I including defaults including storage including compression)',
    partition_name, of_table);
  execute format('select exists (select from archive.%I where bulk_delete_id >= $1 and bulk_delete_id < $2)',
    of_table || '_default') into has_rows using from_id, to_id;
  if has_rows then
    execute format('lock table archive.%I in access exclusive mode', of_table || '_default');
    execute format(
      'with moved as (delete from archive.%I where bulk_delete_id >= $1 and bulk_delete_id < $2 returning *)
       insert into archive.%I select * from moved', of_table || '_default', partition_name) using from_id, to_id;
  end if;
  execute format('alter table archive.%I attach partition archive.%I for values from (%L) to (%L)',
    of_table, partition_name, from_id, to_id);
end
$$;

-- Whether something may still be read from the archive of these bulk deletes: one has not ended, or may be undone, or
-- is being undone.
create function archive_is_needed(from_id uuid, to_id uuid) returns boolean
  language sql stable
  begin atomic
    select exists (
      select from bulk_delete b
      where b.id >= archive_is_needed.from_id and b.id < archive_is_needed.to_id
        and (b.date_finished is null or b.date_undo_expires > clock_timestamp())
    ) or exists (
      select from bulk_undo u
      where u.bulk_delete_id >= archive_is_needed.from_id and u.bulk_delete_id < archive_is_needed.to_id
        and u.date_finished is null
    );
  end;

-- Three functions for the worker, which neither owns the archive nor could drop what is still promised: they run with the
-- rights of the role that migrates, take no arguments, and do nothing that is not due. The worker's role needs EXECUTE:
--   archive_make_partitions(), archive_purge_next(), archive_drop_next()
-- and SELECT on archive_partition; SELECT, INSERT and UPDATE on archive_purge.
-- Each waits for a lock so shortly that nobody who queues behind it notices, and is called again a minute later.

-- Makes the partitions of this week and the next, for every table of the archive; one caller after the other.
-- Returns how many were missing.
create function archive_make_partitions() returns integer
  language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '200ms' as
$$
declare
  this_week constant timestamptz := date_trunc('week', now() at time zone 'UTC') at time zone 'UTC';
  missing record;
  n_made integer := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('winnow archive partitions', 0));
  for missing in
    select c.relname::text as of_table, c.relname || '_w' || to_char(week.start at time zone 'UTC', 'YYYYMMDD') as name,
      public.archive_id_at(week.start) as from_id, public.archive_id_at(week.start + interval '168 hours') as to_id
    from pg_class c
    cross join lateral (
      select this_week + n * interval '168 hours' as start from generate_series(0, 1) as n
    ) as week
    where c.relnamespace = 'archive'::regnamespace and c.relkind = 'p' and not exists (
      select from public.archive_partition p
      where p.table_name = c.relname and p.from_id < public.archive_id_at(week.start + interval '168 hours')
        and p.to_id > public.archive_id_at(week.start)
    )
    order by 1, 2
  loop
    perform public.archive_add_partition(missing.of_table, missing.name, missing.from_id, missing.to_id);
    n_made := n_made + 1;
  end loop;
  return n_made;
end
$$;

-- Empties the partitions of the oldest week that nothing is needed of any more. TRUNCATE, and not DROP: it locks these
-- partitions alone, and no page writes there. Who makes an undo holds the advisory lock shared, so that an undo either is
-- seen here or sees that the time is over. Returns what it wrote down, or nothing when nothing is due.
create function archive_purge_next() returns setof archive_purge
  language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '200ms' as
$$
declare
  week record;
  taken record;
  name text;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('winnow archive', 0)) then return; end if;
  for week in
    select p.from_id, p.to_id, array_agg(p.table_name order by p.table_name) as tables,
      array_agg(p.partition_name order by p.table_name) as partitions,
      sum(pg_total_relation_size(format('archive.%I', p.partition_name)::regclass))::bigint as n_bytes,
      bool_or(pg_relation_size(format('archive.%I', p.partition_name)::regclass) > 0) as is_used
    from public.archive_partition p
    where p.to_id <= public.archive_id_at(now() - interval '24 hours')
    group by p.from_id, p.to_id
    order by p.from_id
  loop
    continue when not week.is_used or public.archive_is_needed(week.from_id, week.to_id);
    -- Counted before the locks: a busy week has very many, and whoever reads the archive would wait. Nothing of it
    -- changes: what is expired has ended, and the advisory lock keeps undos out.
    select count(*) as n_bulk_deletes, coalesce(sum(
        (select sum(value::bigint) from jsonb_each_text(b.deleted_counts))
        - (select coalesce(sum(u.n_objects_restored), 0) from public.bulk_undo u where u.bulk_delete_id = b.id)
      ), 0) as n_objects
    into taken
    from public.bulk_delete b
    where b.id >= week.from_id and b.id < week.to_id and b.date_undo_expires is not null
      and b.date_archive_purged is null;
    foreach name in array week.partitions loop
      execute format('lock table archive.%I in access exclusive mode', name);
    end loop;
    -- Again, now that nothing can come: a host whose clock is weeks behind makes ids of old weeks.
    if public.archive_is_needed(week.from_id, week.to_id) then return; end if;
    foreach name in array week.partitions loop
      execute format('truncate archive.%I', name);
    end loop;
    foreach name in array week.tables loop
      execute format('delete from archive.%I where bulk_delete_id >= $1 and bulk_delete_id < $2', name || '_default')
        using week.from_id, week.to_id;
    end loop;
    return query
      insert into public.archive_purge (from_id, to_id, partitions, n_bulk_deletes, n_objects, n_bytes)
      values (week.from_id, week.to_id, week.partitions, taken.n_bulk_deletes, taken.n_objects, week.n_bytes)
      returning *;
    return;
  end loop;
end
$$;

-- Drops one empty partition of a week that is over. This does lock the table, for a moment, against pages.
-- Returns its name, or null when there is none.
create function archive_drop_next() returns text
  language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '100ms' as
$$
declare
  past record;
  has_rows boolean;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('winnow archive', 0)) then return null; end if;
  for past in
    select p.from_id, p.to_id, p.table_name, p.partition_name
    from public.archive_partition p
    where p.to_id <= public.archive_id_at(now() - interval '24 hours')
    order by p.from_id, p.table_name
  loop
    continue when pg_relation_size(format('archive.%I', past.partition_name)::regclass) > 0;
    -- Of a week that was purged that is known, without looking through its bulk deletes for each of its tables.
    continue when not exists (
      select from public.archive_purge w where w.from_id = past.from_id and w.to_id = past.to_id
    ) and public.archive_is_needed(past.from_id, past.to_id);
    execute format('lock table only archive.%I in access exclusive mode', past.table_name);
    execute format('lock table archive.%I in access exclusive mode', past.partition_name);
    execute format('select exists (select from archive.%I)', past.partition_name) into has_rows;
    if has_rows then return null; end if;
    execute format('drop table archive.%I', past.partition_name);
    return past.partition_name;
  end loop;
  return null;
end
$$;

revoke execute on function archive_add_partition(text, text, uuid, uuid), archive_make_partitions(), archive_purge_next(),
  archive_drop_next() from public;

-- Lets the values of an archive table be null. What a record had was right then; a column that allows nulls since, or is
-- gone, must not keep other records from being archived.
create function archive_take_nulls(of_table text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as
$$
declare
  required record;
begin
  for required in
    select attname as name from pg_attribute
    where attrelid = format('archive.%I', of_table)::regclass and attnum > 0 and not attisdropped and attnotnull
      and attname not in ('bulk_delete_id', 'page_no', 'date_archived')
  loop
    execute format('alter table archive.%I alter column %I drop not null', of_table, required.name);
  end loop;
end
$$;
revoke execute on function archive_take_nulls(text) from public;

-- For later migrations: makes the archive table of a table that can lose rows, with its partitions. `is_looked_up` for
-- tables whose records have events of their own (see 0010).
create function archive_mirror(mirrored text, is_looked_up boolean) returns void
  language plpgsql set search_path = pg_catalog, pg_temp as
$$
declare
  has_lead boolean;
begin
  execute format(
    'create table archive.%1$I (
       like public.%1$I,
       bulk_delete_id uuid not null,
       page_no integer not null,
       date_archived timestamptz not null default now()
     ) partition by range (bulk_delete_id)', mirrored);
  perform public.archive_take_nulls(mirrored);
  execute format('create table archive.%I partition of archive.%I default', mirrored || '_default', mirrored);
  execute format('create index %I on archive.%I (bulk_delete_id, page_no)', mirrored || '_bulk_delete', mirrored);
  if is_looked_up then
    select exists (
      select from pg_attribute
      where attrelid = format('archive.%I', mirrored)::regclass and attname = 'lead_id' and not attisdropped
    ) into has_lead;
    execute format(
      'create index %I on archive.%I using brin (id uuid_bloom_ops%s) with (pages_per_range = 32, autosummarize = on)',
      mirrored || '_lookup', mirrored, case when has_lead then ', lead_id uuid_bloom_ops' else '' end);
  end if;
  perform public.archive_make_partitions();
end
$$;
revoke execute on function archive_mirror(text, boolean) from public;

-- What is there becomes the first partition of its table, up to the next Monday: it is read once, to see that it belongs
-- there, and not copied. Ids from after that (of another version than 7, or of a clock that was ahead) go to the default one.
do $$
declare
  monday constant timestamptz :=
    date_trunc('week', now() at time zone 'UTC') at time zone 'UTC' + interval '168 hours';
  first_id constant uuid := archive_id_at(monday);
  suffix constant text := '_until_' || to_char(monday at time zone 'UTC', 'YYYYMMDD');
  old record;
  indexed record;
begin
  for old in
    select c.oid, c.relname as name from pg_class c
    where c.relnamespace = 'archive'::regnamespace and c.relkind = 'r' order by c.relname
  loop
    -- Its links are Winnow's own, and always whole.
    if old.name <> 'detached_link' then
      perform archive_take_nulls(old.name);
    end if;
    execute format('alter table archive.%I rename to %I', old.name, old.name || suffix);
    execute format(
      'create table archive.%I (like archive.%I including defaults including storage including compression)
       partition by range (bulk_delete_id)', old.name, old.name || suffix);
    execute format('create table archive.%I partition of archive.%I default', old.name || '_default', old.name);
    execute format(
      'with moved as (delete from archive.%I where bulk_delete_id >= $1 returning *)
       insert into archive.%I select * from moved', old.name || suffix, old.name) using first_id;
    execute format('alter table archive.%I attach partition archive.%I for values from (minvalue) to (%L)',
      old.name, old.name || suffix, first_id);
    -- An index of the table takes in the one of the partition that is like it, instead of building another.
    for indexed in
      select c.relname as name, pg_get_indexdef(i.indexrelid) as definition
      from pg_index i join pg_class c on c.oid = i.indexrelid where i.indrelid = old.oid order by 1
    loop
      execute format('alter index archive.%I rename to %I', indexed.name, indexed.name || suffix);
      execute replace(indexed.definition, ' ON archive.' || quote_ident(old.name || suffix) || ' USING',
        ' ON archive.' || quote_ident(old.name) || ' USING');
    end loop;
  end loop;
  perform archive_make_partitions();
end
$$;
