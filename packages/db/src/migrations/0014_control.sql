-- Stopping a bulk delete is asked for first and done when no page of it is in hand any more.
alter table bulk_delete
  add column asked text,
  add column date_asked timestamptz,
  -- Since when it has been paused, and how long before: its rate and its time left do not count that.
  add column date_paused timestamptz,
  add column paused_ms bigint not null default 0,
  -- When its pages could first be worked on.
  add column date_resolved timestamptz,
  add constraint bulk_delete_asked_known check (asked in ('pause', 'cancel')),
  add constraint bulk_delete_asked_of_unfinished check (
    asked is null or status in ('created', 'loading', 'processing', 'resuming')
  ),
  add constraint bulk_delete_paused_has_date check ((status = 'paused') = (date_paused is not null));
