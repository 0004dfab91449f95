-- Webhooks are worked a turn a subscription: the subscription's row is the lease of the turn, and knows how its
-- receiver has been doing. A delivery may stand for all records of a page.

alter table webhook_subscription
  add column event_filter jsonb,
  -- Most events of one POST; null is one event a POST, without a list around it.
  add column batch integer,
  -- The key before the last rotation, and until when webhooks are signed with it too.
  add column previous_signature_key text,
  add column previous_key_expires timestamptz,
  -- The request of the last rotation: repeated, it must not throw away the key that receivers still use.
  add column last_rotation uuid,
  -- The lease of a turn. Its number tells a late writer that somebody else has had a turn since.
  add column leased_until timestamptz,
  add column lease_no integer not null default 0,
  -- POSTs that failed since the last one that went well, and when the first of them did.
  add column failures_in_row integer not null default 0,
  add column failing_since timestamptz,
  add column resting_until timestamptz,
  add column rests_in_row integer not null default 0,
  -- When its creator was told that many events wait; null again once something is delivered.
  add column date_warned timestamptz,
  add column pause_reason text,
  add constraint webhook_subscription_batch_in_range check (batch between 1 and 1000),
  add constraint webhook_subscription_old_key_ends check (
    (previous_signature_key is null) = (previous_key_expires is null)
  ),
  add constraint webhook_subscription_failing_has_begun check ((failures_in_row = 0) = (failing_since is null));

alter table delivery
  -- How many events it stands for, as far as is known, and how many of them were delivered.
  add column n_events integer not null default 1,
  add column n_sent integer not null default 0,
  -- For the records of a page: the last one that was dealt with.
  add column position jsonb,
  -- For a part of a page that failed and is tried by itself: where it begins and ends.
  add column piece jsonb,
  add column piece_key text not null default '',
  add column is_ping boolean not null default false,
  -- Attempts that failed since something went well, which the next pause depends on.
  add column failures integer not null default 0,
  -- From here 72 hours are counted: its creation, or when a client asked for it again.
  add column date_queued timestamptz not null default now(),
  drop constraint delivery_status_known,
  add constraint delivery_status_known check (status in ('pending', 'delivered', 'failed', 'dropped')),
  drop constraint delivery_once,
  add constraint delivery_once unique nulls not distinct (event_id, channel, subscription_id, piece_key),
  add constraint delivery_sends_no_more_than_there_is check (n_sent between 0 and n_events);

-- E-mails are found by the delivery, webhooks by the subscription.
drop index delivery_due;
create index delivery_due_email on delivery (next_attempt_at) where status = 'pending' and channel = 'email';
create index delivery_waiting on delivery (subscription_id, next_attempt_at) include (n_events, n_sent)
  where status = 'pending' and channel = 'webhook';
drop index delivery_subscription;
create index delivery_log on delivery (subscription_id, id desc);
create index delivery_finished on delivery (date_finished) where date_finished is not null;

-- What came of each attempt. For the records of a page an attempt is everything that was sent of it in one turn.
create table delivery_attempt (
  delivery_id uuid not null references delivery (id) on delete cascade,
  attempt integer not null,
  date_started timestamptz not null,
  took_ms integer not null,
  status_code integer,
  error text,
  n_sent integer not null,
  primary key (delivery_id, attempt)
);
