-- What other systems keep of a lead beside its fields: a JSON object of the client's own keys.
alter table lead add column metadata jsonb not null default '{}'
  constraint lead_metadata_check check (jsonb_typeof(metadata) = 'object');
alter table archive.lead add column metadata jsonb not null default '{}';
