-- The CRM. Each foreign key between objects carries the organization, so that no row can ever point at another
-- organization's; each has an index on its own column. None cascades: deleting is the engine's, which archives.
-- created_by, updated_by, user_id and assigned_to are no foreign keys: who did it stays on record when a user leaves.

create table campaign (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  name text not null,
  date_created timestamptz not null default now(),
  unique (organization_id, id)
);

create table lead_status (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  label text not null,
  date_created timestamptz not null default now(),
  unique (organization_id, id)
);

create table opportunity_status (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  label text not null,
  type text not null check (type in ('active', 'won', 'lost')),
  date_created timestamptz not null default now(),
  unique (organization_id, id)
);

create table lead (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  name text not null default '',
  description text not null default '',
  url text,
  status_id uuid,
  source text,
  external_id text,
  phone_number text,
  campaign_id uuid,
  custom jsonb not null default '{}',
  created_by uuid,
  updated_by uuid,
  date_created timestamptz not null default now(),
  date_updated timestamptz not null default now(),
  unique (organization_id, id),
  constraint lead_status_fk foreign key (organization_id, status_id) references lead_status (organization_id, id),
  constraint lead_campaign_fk foreign key (organization_id, campaign_id) references campaign (organization_id, id)
);
create index lead_status_id on lead (status_id);
create index lead_campaign_id on lead (campaign_id) where campaign_id is not null;
create index lead_external_id on lead (organization_id, external_id) where external_id is not null;
create index lead_phone_number on lead (organization_id, phone_number) where phone_number is not null;
create index lead_date_created on lead (organization_id, date_created);
-- Rows without custom values stay out of these indexes, which makes inserting them cheaper; queries say so too.
create index lead_custom on lead using gin (custom jsonb_path_ops) where custom <> '{}';
create index lead_name_words on lead using gin (winnow_tsvector(name));

create table contact (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  lead_id uuid not null,
  name text not null default '',
  title text,
  timezone text,
  custom jsonb not null default '{}',
  created_by uuid,
  updated_by uuid,
  date_created timestamptz not null default now(),
  date_updated timestamptz not null default now(),
  unique (organization_id, id),
  constraint contact_lead_fk foreign key (organization_id, lead_id) references lead (organization_id, id)
);
create index contact_lead_id on contact (lead_id);
create index contact_custom on contact using gin (custom jsonb_path_ops) where custom <> '{}';
create index contact_name_words on contact using gin (winnow_tsvector(name));

create table contact_email (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  contact_id uuid not null,
  email text not null,
  type text not null default 'office',
  is_unsubscribed boolean not null default false,
  constraint contact_email_contact_fk foreign key (organization_id, contact_id)
    references contact (organization_id, id)
);
create index contact_email_contact_id on contact_email (contact_id);
create index contact_email_organization_id on contact_email (organization_id);
create index contact_email_words on contact_email using gin (winnow_tsvector(email));

create table contact_phone (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  contact_id uuid not null,
  phone text not null,
  type text not null default 'office',
  country text,
  constraint contact_phone_contact_fk foreign key (organization_id, contact_id)
    references contact (organization_id, id)
);
create index contact_phone_contact_id on contact_phone (contact_id);
create index contact_phone_organization_id on contact_phone (organization_id);

create table contact_url (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  contact_id uuid not null,
  url text not null,
  type text not null default 'url',
  constraint contact_url_contact_fk foreign key (organization_id, contact_id)
    references contact (organization_id, id)
);
create index contact_url_contact_id on contact_url (contact_id);
create index contact_url_organization_id on contact_url (organization_id);

create table address (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  lead_id uuid not null,
  label text not null default 'business',
  address_1 text,
  address_2 text,
  city text,
  state text,
  zipcode text,
  country text,
  constraint address_lead_fk foreign key (organization_id, lead_id) references lead (organization_id, id)
);
create index address_lead_id on address (lead_id);
create index address_organization_id on address (organization_id);

-- An opportunity may name no lead: real sales pipelines have such rows.
create table opportunity (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  lead_id uuid,
  contact_id uuid,
  user_id uuid,
  status_id uuid,
  -- Cents of value_currency.
  value bigint,
  value_currency text,
  value_period text not null default 'one_time' check (value_period in ('one_time', 'monthly', 'annual')),
  confidence integer check (confidence between 0 and 100),
  note text not null default '',
  date_won date,
  date_lost date,
  external_id text,
  custom jsonb not null default '{}',
  created_by uuid,
  updated_by uuid,
  date_created timestamptz not null default now(),
  date_updated timestamptz not null default now(),
  unique (organization_id, id),
  constraint opportunity_lead_fk foreign key (organization_id, lead_id) references lead (organization_id, id),
  constraint opportunity_contact_fk foreign key (organization_id, contact_id)
    references contact (organization_id, id),
  constraint opportunity_status_fk foreign key (organization_id, status_id)
    references opportunity_status (organization_id, id)
);
create index opportunity_lead_id on opportunity (lead_id);
create index opportunity_contact_id on opportunity (contact_id) where contact_id is not null;
create index opportunity_status_id on opportunity (status_id);
create index opportunity_external_id on opportunity (organization_id, external_id) where external_id is not null;
create index opportunity_custom on opportunity using gin (custom jsonb_path_ops) where custom <> '{}';

create table task (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  type text not null default 'lead',
  lead_id uuid,
  contact_id uuid,
  opportunity_id uuid,
  assigned_to uuid,
  text text not null default '',
  date date,
  due_date date,
  is_complete boolean not null default false,
  is_dateless boolean not null default false,
  priority text check (priority in ('high', 'medium')),
  created_by uuid,
  updated_by uuid,
  date_created timestamptz not null default now(),
  date_updated timestamptz not null default now(),
  constraint task_lead_fk foreign key (organization_id, lead_id) references lead (organization_id, id),
  constraint task_contact_fk foreign key (organization_id, contact_id) references contact (organization_id, id),
  constraint task_opportunity_fk foreign key (organization_id, opportunity_id)
    references opportunity (organization_id, id)
);
create index task_organization_id on task (organization_id);
create index task_lead_id on task (lead_id);
create index task_contact_id on task (contact_id) where contact_id is not null;
create index task_opportunity_id on task (opportunity_id) where opportunity_id is not null;

create table activity (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  type text not null check (
    type in ('note', 'call', 'email', 'sms', 'meeting', 'custom_activity', 'form_submission')
  ),
  lead_id uuid,
  contact_id uuid,
  opportunity_id uuid,
  user_id uuid,
  activity_at timestamptz,
  direction text,
  status text,
  source text,
  title text,
  subject text,
  sender text,
  recipients_to text[],
  recipients_cc text[],
  recipients_bcc text[],
  body_text text,
  body_html text,
  note text,
  note_html text,
  pinned boolean not null default false,
  duration integer,
  phone text,
  local_phone text,
  location text,
  starts_at timestamptz,
  ends_at timestamptz,
  date_sent timestamptz,
  custom_activity_type_id text,
  form_id text,
  form_values jsonb,
  custom jsonb not null default '{}',
  created_by uuid,
  updated_by uuid,
  date_created timestamptz not null default now(),
  date_updated timestamptz not null default now(),
  constraint activity_lead_fk foreign key (organization_id, lead_id) references lead (organization_id, id),
  constraint activity_contact_fk foreign key (organization_id, contact_id)
    references contact (organization_id, id),
  constraint activity_opportunity_fk foreign key (organization_id, opportunity_id)
    references opportunity (organization_id, id)
);
create index activity_organization_id on activity (organization_id, type);
create index activity_lead_id on activity (lead_id);
create index activity_contact_id on activity (contact_id) where contact_id is not null;
create index activity_opportunity_id on activity (opportunity_id) where opportunity_id is not null;
create index activity_custom on activity using gin (custom jsonb_path_ops) where custom <> '{}';

create table document (
  id uuid primary key,
  organization_id uuid not null references organization (id),
  lead_id uuid,
  contact_id uuid,
  opportunity_id uuid,
  name text not null,
  url text,
  created_by uuid,
  updated_by uuid,
  date_created timestamptz not null default now(),
  date_updated timestamptz not null default now(),
  constraint document_lead_fk foreign key (organization_id, lead_id) references lead (organization_id, id),
  constraint document_contact_fk foreign key (organization_id, contact_id)
    references contact (organization_id, id),
  constraint document_opportunity_fk foreign key (organization_id, opportunity_id)
    references opportunity (organization_id, id)
);
create index document_organization_id on document (organization_id);
create index document_lead_id on document (lead_id) where lead_id is not null;
create index document_contact_id on document (contact_id) where contact_id is not null;
create index document_opportunity_id on document (opportunity_id) where opportunity_id is not null;
