-- The keys that cursors and preview tokens are signed with: made by the first process that needs one, shared by all,
-- so that nobody has to configure a secret. Who can read this table can read every record anyway.
create table signing_key (
  purpose text primary key,
  secret bytea not null,
  date_created timestamptz not null default now(),
  constraint signing_key_long_enough check (octet_length(secret) >= 32)
);
