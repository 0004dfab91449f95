-- What the query language knows of the CRM and the tables did not keep yet.

-- The values that are there, joined by commas: an address as one text. Null when there is none.
create function winnow_joined(variadic parts text[]) returns text
  language sql immutable parallel safe
  return nullif(array_to_string(array_remove(parts, ''), ', '), '');

create table pipeline (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  name text not null,
  date_created timestamptz not null default now(),
  unique (organization_id, id)
);

-- An opportunity is in the pipeline of its status.
alter table opportunity_status add column pipeline_id uuid;
alter table opportunity_status add constraint opportunity_status_pipeline_fk
  foreign key (organization_id, pipeline_id) references pipeline (organization_id, id);
create index opportunity_status_pipeline_id on opportunity_status (pipeline_id) where pipeline_id is not null;

create table custom_object (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  lead_id uuid not null,
  custom_object_type_id text,
  name text not null default '',
  custom jsonb not null default '{}',
  created_by uuid,
  updated_by uuid,
  date_created timestamptz not null default now(),
  date_updated timestamptz not null default now(),
  constraint custom_object_lead_fk foreign key (organization_id, lead_id) references lead (organization_id, id)
);
create index custom_object_organization_id on custom_object (organization_id, custom_object_type_id);
create index custom_object_lead_id on custom_object (lead_id);
create index custom_object_custom on custom_object using gin (custom jsonb_path_ops) where custom <> '{}';

-- When the status was last set or became another one. What writes objects keeps it; null for what was there before.
alter table lead add column date_status_changed timestamptz;
alter table opportunity add column date_status_changed timestamptz;

alter table activity add column attachments jsonb not null default '[]'
  constraint activity_attachments_check check (jsonb_typeof(attachments) = 'array');

-- An activity without a moment would count for nothing in "last communication", and its lead would look forgotten.
update activity set activity_at = date_created where activity_at is null;
alter table activity alter column activity_at set default now(), alter column activity_at set not null;

-- The mirrors.
alter table archive.opportunity_status add column pipeline_id uuid;
alter table archive.lead add column date_status_changed timestamptz;
alter table archive.opportunity add column date_status_changed timestamptz;
alter table archive.activity add column attachments jsonb not null default '[]';

do $$
declare
  mirrored text;
begin
  foreach mirrored in array array['pipeline', 'custom_object'] loop
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
