-- An undo gives back what a bulk delete took, page by page, last page first. It is a record of its own, so that it can
-- be looked at, paused and cancelled like the bulk delete itself.
create table bulk_undo (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  bulk_delete_id uuid not null references bulk_delete (id),
  created_by uuid,
  updated_by uuid,
  api_key_id uuid,
  request_id text,
  request_method text,
  request_path text,
  status text not null default 'created',
  send_done_email boolean not null default true,
  -- Records of every object type that the archive held of the bulk delete when the undo was asked for.
  n_objects bigint not null,
  n_objects_restored bigint not null default 0,
  -- Conflicts: they stay in the archive, each with the reason.
  n_objects_failed bigint not null default 0,
  -- Left the archive before their page's turn. Known with the last page.
  n_objects_not_found bigint not null default 0,
  n_links_restored bigint not null default 0,
  n_links_failed bigint not null default 0,
  restored_counts jsonb not null default '{}',
  n_pages integer not null,
  n_pages_done integer not null default 0,
  error_message text,
  asked text,
  date_asked timestamptz,
  date_paused timestamptz,
  paused_ms bigint not null default 0,
  date_created timestamptz not null default now(),
  date_updated timestamptz not null default now(),
  date_started timestamptz,
  date_finished timestamptz,
  -- The last "updated" event, to keep them at about one a second.
  date_announced timestamptz,
  constraint bulk_undo_status_known check (
    status in ('created', 'processing', 'paused', 'resuming', 'done', 'error', 'cancelled')
  ),
  constraint bulk_undo_never_one_too_many check (
    n_objects_restored + n_objects_failed + n_objects_not_found <= n_objects and n_pages_done <= n_pages
  ),
  constraint bulk_undo_done_is_complete check (
    status <> 'done'
    or (n_objects_restored + n_objects_failed + n_objects_not_found = n_objects and n_pages_done = n_pages)
  ),
  constraint bulk_undo_finished_has_date check (
    (status in ('done', 'error', 'cancelled')) = (date_finished is not null)
  ),
  constraint bulk_undo_error_has_reason check (status <> 'error' or error_message is not null),
  constraint bulk_undo_asked_known check (asked in ('pause', 'cancel')),
  constraint bulk_undo_asked_of_unfinished check (
    asked is null or status in ('created', 'processing', 'resuming')
  ),
  constraint bulk_undo_paused_has_date check ((status = 'paused') = (date_paused is not null))
);
create index bulk_undo_listing on bulk_undo (organization_id, date_created desc, id desc);
create index bulk_undo_unfinished on bulk_undo (date_updated) where status in ('created', 'processing', 'resuming');
create index bulk_undo_of on bulk_undo (bulk_delete_id);
-- Two at once would each find what the other has not put back yet, and call it a conflict.
create unique index bulk_undo_one_at_a_time on bulk_undo (bulk_delete_id) where date_finished is null;

-- The pages of the bulk delete, in the order in which they are undone.
create table bulk_undo_page (
  bulk_undo_id uuid not null references bulk_undo (id),
  position integer not null,
  page_no integer not null,
  status text not null default 'pending',
  attempts integer not null default 0,
  not_before timestamptz,
  n_restored integer not null default 0,
  -- Records and links that are still in the archive.
  n_failed integer not null default 0,
  date_finished timestamptz,
  primary key (bulk_undo_id, position),
  constraint bulk_undo_page_status_known check (status in ('pending', 'done'))
);
create index bulk_undo_page_pending on bulk_undo_page (bulk_undo_id, position) where status = 'pending';

-- What could not be given back: a record, or one link of a record that had stayed.
create table bulk_undo_conflict (
  bulk_undo_id uuid not null references bulk_undo (id),
  object_type text not null,
  object_id uuid not null,
  -- The column of a link; empty for a whole record.
  link text not null default '',
  code text not null,
  message text not null,
  date_created timestamptz not null default now(),
  primary key (bulk_undo_id, object_type, object_id, link)
);

alter table bulk_delete
  add column undo_id uuid references bulk_undo (id),
  add column date_undone timestamptz;
