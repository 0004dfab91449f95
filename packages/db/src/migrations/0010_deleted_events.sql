-- The records that a page deleted are events too. One row for the page: the events are read from the archive.
alter table event
  -- For the row of a page (object_type "page", object_id the bulk delete): which page, and what it took by object type.
  add column page_no integer,
  add column deleted_counts jsonb,
  add constraint event_page_has_counts check ((page_no is null) = (deleted_counts is null));

-- The event log is read newest first, by object, by request, and by the page that took an object.
drop index event_organization;
create index event_log on event (organization_id, date_created desc, id desc);
create index event_object on event (object_id, page_no);
create index event_request on event (request_id) where request_id is not null;

-- How a bulk delete was asked for. What was "ids" until here was always one record by its own URL.
alter table bulk_delete
  drop constraint bulk_delete_source_known,
  add column request_method text,
  add column request_path text;
update bulk_delete set source = 'one' where source = 'ids';
alter table bulk_delete add constraint bulk_delete_source_known
  check (source in ('query', 'one', 'ids', 'identifiers', 'merge'));

-- Finding an archived record by its id, or by the lead that it belonged to, is rare, and archiving is not: a Bloom
-- filter for each range of pages costs an insert little, and a search some ranges more than it needs. Parts that have
-- no events of their own are never looked up.
do $$
declare
  mirrored record;
begin
  for mirrored in
    select c.relname as name, bool_or(a.attname = 'lead_id') as has_lead
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname = 'archive' and c.relkind = 'r' and c.relname not in ('detached_link', 'contact_email', 'contact_phone', 'contact_url', 'address')
    group by c.relname
  loop
    execute format(
      'create index %I on archive.%I using brin (id uuid_bloom_ops%s) with (pages_per_range = 32, autosummarize = on)',
      mirrored.name || '_lookup', mirrored.name,
      case when mirrored.has_lead then ', lead_id uuid_bloom_ops' else '' end);
  end loop;
end
$$;
