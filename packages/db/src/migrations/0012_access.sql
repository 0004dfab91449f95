-- What a POST with an Idempotency-Key was answered, and under which id it makes what it makes.
create table idempotency_key (
  api_key_id uuid not null references api_key (id) on delete cascade,
  key text not null,
  -- SHA-256 of the request: the same key for another request is refused.
  fingerprint bytea not null,
  -- What the request makes gets this id and no other, however often it is begun: its primary key keeps it single.
  resource_id uuid not null,
  state text not null default 'running',
  -- Whoever works on the request renews this; once it is past, a repetition may begin it again.
  lease_until timestamptz not null,
  -- Which beginning holds the lease: one that has lost it can neither keep an answer nor take the row away.
  lease_no integer not null default 1,
  status integer,
  headers jsonb,
  body text,
  date_created timestamptz not null default now(),
  date_expires timestamptz not null,
  primary key (api_key_id, key),
  constraint idempotency_key_state_known check (state in ('running', 'answered')),
  constraint idempotency_key_length check (length(key) between 1 and 255),
  constraint idempotency_key_answered_is_complete check (
    (state = 'answered') = (status is not null and headers is not null and body is not null)
  )
);
create index idempotency_key_expiry on idempotency_key (date_expires);

alter table api_key
  -- Only these campaigns are open to the key; null: no such bound.
  add column campaign_ids uuid[],
  add constraint api_key_campaigns_named check (campaign_ids is null or cardinality(campaign_ids) > 0);
