-- Smart Views: a query under a name (reference, section 6). Queries may name others.
create table saved_search (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  -- Whose it is; only this user sees it unless it is shared.
  user_id uuid,
  name text not null,
  description text not null default '',
  object_type text not null,
  -- As it was given: one of the two, or both. `s_query` is the wrapper {"query": …, "results_limit": …, "sort": …}.
  query text,
  s_query jsonb,
  selected_fields jsonb not null default '[]',
  is_shared boolean not null default false,
  -- The tree that it means: what other queries take in its place.
  tree jsonb not null,
  created_by uuid,
  updated_by uuid,
  date_created timestamptz not null default now(),
  date_updated timestamptz not null default now(),
  constraint saved_search_has_query check (query is not null or s_query is not null)
);
create index saved_search_organization on saved_search (organization_id, id);
