-- Mirror tables: what a page deletes moves here in the page's transaction. The same columns, plus where they went.
create schema archive;

do $$
declare
  mirrored text;
begin
  foreach mirrored in array array[
    'lead', 'contact', 'contact_email', 'contact_phone', 'contact_url', 'address', 'opportunity', 'task',
    'activity', 'document', 'campaign', 'lead_status', 'opportunity_status'
  ] loop
    execute format(
      'create table archive.%1$I (
         like public.%1$I,
         bulk_delete_id uuid not null,
         page_no integer not null,
         date_archived timestamptz not null default now()
       )', mirrored);
    execute format('create index %2$I on archive.%1$I (bulk_delete_id, page_no)', mirrored, mirrored || '_bulk_delete');
  end loop;
end
$$;

-- Links that were set to null because their target was deleted: what an undo has to set again.
create table archive.detached_link (
  bulk_delete_id uuid not null,
  page_no integer not null,
  table_name text not null,
  column_name text not null,
  row_id uuid not null,
  target_id uuid not null,
  date_archived timestamptz not null default now()
);
create index detached_link_bulk_delete on archive.detached_link (bulk_delete_id, page_no);
