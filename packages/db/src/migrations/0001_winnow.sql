-- What belongs to Winnow itself: who may ask, what was asked, and what the outside may hear.

create table organization (
  id uuid primary key,
  name text not null,
  date_created timestamptz not null default now()
);

create table user_account (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  email text not null,
  first_name text not null default '',
  last_name text not null default '',
  date_created timestamptz not null default now()
);
create index user_account_organization on user_account (organization_id);

-- Only a hash of the secret half is kept: a copy of this table opens nothing.
create table api_key (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  user_id uuid not null references user_account (id),
  name text not null,
  secret_hash bytea not null,
  scopes text[] not null,
  date_created timestamptz not null default now(),
  date_expires timestamptz,
  date_revoked timestamptz
);
create index api_key_organization on api_key (organization_id);
create index api_key_user on api_key (user_id);

create table custom_field (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  owner text not null,
  name text not null,
  type text not null,
  choices text[] not null default '{}',
  accepts_multiple_values boolean not null default false,
  created_by uuid,
  updated_by uuid,
  date_created timestamptz not null default now(),
  date_updated timestamptz not null default now()
);
create unique index custom_field_name on custom_field (organization_id, owner, name);

create table bulk_delete (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  created_by uuid,
  updated_by uuid,
  api_key_id uuid,
  request_id text,
  -- 'query' for POST /bulk_action/delete/, 'ids' for the endpoints that name their records.
  source text not null,
  object_type text not null,
  status text not null,
  s_query jsonb,
  query text,
  sort jsonb not null default '[]',
  results_limit integer,
  send_done_email boolean not null default true,
  archive boolean not null default true,
  page_size integer not null,
  -- Frozen at creation, with the ids: what "now", "local" and "me" mean in the query.
  tz_offset_minutes integer not null default 0,
  n_objects integer,
  n_objects_processed integer not null default 0,
  n_objects_deleted integer not null default 0,
  n_objects_not_found integer not null default 0,
  n_objects_failed integer not null default 0,
  n_roots integer,
  n_roots_processed integer not null default 0,
  deleted_counts jsonb not null default '{}',
  error_message text,
  date_created timestamptz not null default now(),
  date_updated timestamptz not null default now(),
  date_started timestamptz,
  date_finished timestamptz,
  -- The last "updated" event, to keep them at about one a second.
  date_announced timestamptz,
  constraint bulk_delete_status_known check (
    status in ('created', 'loading', 'processing', 'paused', 'resuming', 'done', 'error', 'cancelled')
  ),
  constraint bulk_delete_source_known check (source in ('query', 'ids')),
  constraint bulk_delete_counts_add_up check (
    n_objects_processed = n_objects_deleted + n_objects_not_found + n_objects_failed
  ),
  constraint bulk_delete_never_one_too_many check (n_objects_processed <= n_objects),
  constraint bulk_delete_roots_never_one_too_many check (n_roots_processed <= n_roots),
  constraint bulk_delete_unresolved_has_processed_nothing check (n_objects is not null or n_objects_processed = 0),
  constraint bulk_delete_resolved_before_processing check (
    status not in ('processing', 'done') or (n_objects is not null and n_roots is not null)
  ),
  constraint bulk_delete_done_is_complete check (
    status <> 'done' or (n_objects_processed = n_objects and n_roots_processed = n_roots)
  ),
  constraint bulk_delete_finished_has_date check (
    (status in ('done', 'error', 'cancelled')) = (date_finished is not null)
  ),
  constraint bulk_delete_error_has_reason check (status <> 'error' or error_message is not null)
);
create index bulk_delete_listing on bulk_delete (organization_id, date_created desc, id desc);
create index bulk_delete_unfinished on bulk_delete (date_updated)
  where status in ('created', 'loading', 'processing', 'resuming');

-- A page is the unit of work: one transaction claims it, deletes its objects and counts them.
create table bulk_delete_page (
  bulk_delete_id uuid not null references bulk_delete (id),
  page_no integer not null,
  object_ids uuid[] not null,
  n_roots integer not null,
  status text not null default 'pending',
  attempts integer not null default 0,
  not_before timestamptz,
  n_deleted integer not null default 0,
  n_not_found integer not null default 0,
  n_failed integer not null default 0,
  date_finished timestamptz,
  primary key (bulk_delete_id, page_no),
  constraint bulk_delete_page_status_known check (status in ('pending', 'done')),
  constraint bulk_delete_page_counts_add_up check (
    status = 'pending' or n_deleted + n_not_found + n_failed = cardinality(object_ids)
  )
);
create index bulk_delete_page_pending on bulk_delete_page (bulk_delete_id, page_no) where status = 'pending';

-- Objects that could not be deleted, each with the reason.
create table bulk_delete_failure (
  bulk_delete_id uuid not null references bulk_delete (id),
  object_id uuid not null,
  code text not null,
  message text not null,
  date_created timestamptz not null default now(),
  primary key (bulk_delete_id, object_id)
);

create table webhook_subscription (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  url text not null,
  events jsonb not null,
  status text not null default 'active',
  verify_ssl boolean not null default true,
  signature_key text not null,
  created_by uuid,
  updated_by uuid,
  date_created timestamptz not null default now(),
  date_updated timestamptz not null default now(),
  constraint webhook_subscription_status_known check (status in ('active', 'paused'))
);
create index webhook_subscription_organization on webhook_subscription (organization_id);

-- The outbox: written in the transaction that made the event true, relayed at least once, with a stable id.
create table event (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  object_type text not null,
  object_id uuid not null,
  action text not null,
  user_id uuid,
  api_key_id uuid,
  request_id text,
  data jsonb,
  previous_data jsonb,
  changed_fields text[] not null default '{}',
  meta jsonb not null default '{}',
  date_created timestamptz not null default now(),
  date_relayed timestamptz
);
create index event_organization on event (organization_id, date_created desc);
create index event_unrelayed on event (date_created) where date_relayed is null;

-- One row for each event and each one who is to hear of it. The row is the lease, the attempt counter and the result.
create table delivery (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  event_id uuid not null references event (id),
  channel text not null,
  subscription_id uuid references webhook_subscription (id),
  status text not null default 'pending',
  attempts integer not null default 0,
  next_attempt_at timestamptz not null default now(),
  leased_until timestamptz,
  last_status_code integer,
  last_error text,
  date_created timestamptz not null default now(),
  date_finished timestamptz,
  constraint delivery_channel_known check (channel in ('email', 'webhook')),
  constraint delivery_status_known check (status in ('pending', 'delivered', 'failed')),
  constraint delivery_webhook_has_subscription check ((channel = 'webhook') = (subscription_id is not null)),
  constraint delivery_once unique nulls not distinct (event_id, channel, subscription_id)
);
create index delivery_organization on delivery (organization_id);
create index delivery_subscription on delivery (subscription_id);
create index delivery_due on delivery (next_attempt_at) where status = 'pending';
