-- A record that an undo gave back leaves the archive. Which ones came back with which page stays known: so the events
-- that they were restored, and those that they had been deleted, can still be told. One row for each kind of record of a
-- page, so that a page of thousands costs a few rows.
create table bulk_undo_restored (
  -- No foreign key: it would lock the undo for as long as the page is in hand, and a pause would wait for that.
  bulk_undo_id uuid not null,
  position integer not null,
  -- The page that had deleted them.
  bulk_delete_id uuid not null,
  page_no integer not null,
  organization_id uuid not null,
  table_name text not null,
  -- Of the table's type column, and of the column that tells kinds of events apart; null where there is none.
  type text,
  kind text,
  ids uuid[] not null,
  -- The root object that each belonged to, in the order of `ids`; its own id for a root object.
  root_ids uuid[] not null,
  date_created timestamptz not null default now(),
  constraint bulk_undo_restored_has_roots check (cardinality(ids) = cardinality(root_ids) and cardinality(ids) > 0)
);
create index bulk_undo_restored_undo on bulk_undo_restored (bulk_undo_id, position);
create index bulk_undo_restored_page on bulk_undo_restored (bulk_delete_id, page_no);
-- By record and by root object, for the event log.
create index bulk_undo_restored_ids on bulk_undo_restored using gin (ids);
create index bulk_undo_restored_roots on bulk_undo_restored using gin (root_ids);

-- The log asked by user or by action alone: without these one that nothing matches is looked for in the whole log.
create index event_user on event (organization_id, user_id, date_created desc, id desc);
create index event_action on event (organization_id, action, date_created desc, id desc);
