-- What became of each object of a bulk delete stays known, whatever becomes of its archive.
alter table bulk_delete_page
  -- Where the page begins in the frozen set, from 1: halving a page moves none of its objects.
  add column first_position integer,
  -- Null only on pages from before this migration that kept no archive: nobody knows which of their objects were gone.
  add column not_found_ids uuid[] default '{}';

update bulk_delete_page p set first_position = o.first_position
from (
  select bulk_delete_id, page_no,
    1 + sum(cardinality(object_ids)) over (partition by bulk_delete_id order by page_no)
      - cardinality(object_ids) as first_position
  from bulk_delete_page
) as o
where o.bulk_delete_id = p.bulk_delete_id and o.page_no = p.page_no;

-- What a finished page had and the archive has not was not there.
create temporary table was_archived (bulk_delete_id uuid, page_no integer, id uuid) on commit drop;
do $$
declare
  mirrored record;
begin
  for mirrored in
    select c.relname as name
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'archive' and c.relkind = 'r' and c.relname <> 'detached_link'
  loop
    execute format(
      'insert into was_archived
       select a.bulk_delete_id, a.page_no, a.id
       from archive.%I a join bulk_delete_page p using (bulk_delete_id, page_no)
       where p.n_not_found > 0 and a.id = any(p.object_ids)', mirrored.name);
  end loop;
end
$$;
update bulk_delete_page p set not_found_ids = case
  when n_deleted = 0 and n_failed = 0 then object_ids
  when (select archive from bulk_delete where id = p.bulk_delete_id) then array(
    select wanted.id from unnest(object_ids) with ordinality as wanted (id, n)
    where not exists (
      select from was_archived w
      where w.bulk_delete_id = p.bulk_delete_id and w.page_no = p.page_no and w.id = wanted.id
    )
    order by wanted.n
  )
end
where n_not_found > 0;

alter table bulk_delete_page
  alter column first_position set not null,
  add constraint bulk_delete_page_begins_in_set check (first_position > 0),
  add constraint bulk_delete_page_not_found_ids_counted check (cardinality(not_found_ids) = n_not_found);
create unique index bulk_delete_page_position on bulk_delete_page (bulk_delete_id, first_position);

alter table bulk_delete
  -- The bulk delete whose failed and unprocessed objects this one tries again.
  add column parent_id uuid references bulk_delete (id),
  -- How many objects may fail: a number, or a percentage of those processed once `max_failures_after` are.
  add column max_failures integer,
  add column max_failure_percent numeric,
  add column max_failures_after integer,
  -- A dry run has nothing to process, though it has counted.
  add column n_objects_unprocessed integer generated always as (
    case when dry_run then null else n_objects - n_objects_processed end
  ) stored,
  drop constraint bulk_delete_source_known,
  add constraint bulk_delete_source_known
    check (source in ('query', 'one', 'ids', 'identifiers', 'merge', 'retry')),
  add constraint bulk_delete_retry_has_parent check ((source = 'retry') = (parent_id is not null)),
  -- Null, and so no breach, until the set is frozen: nothing is processed before (see bulk_delete_unresolved_…).
  add constraint bulk_delete_outcomes_add_up check (
    least(n_objects_deleted, n_objects_not_found, n_objects_failed, n_objects_unprocessed) >= 0
    and n_objects_deleted + n_objects_not_found + n_objects_failed + n_objects_unprocessed = n_objects
  ),
  add constraint bulk_delete_max_failures_in_range check (
    max_failures >= 0 and max_failure_percent between 0 and 100 and max_failures_after >= 0
  ),
  add constraint bulk_delete_max_failures_in_one_form check (
    (max_failure_percent is null) = (max_failures_after is null)
    and (max_failures is null or max_failure_percent is null)
  );
create index bulk_delete_parent on bulk_delete (parent_id) where parent_id is not null;
