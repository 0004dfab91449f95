-- Indexes that serve what a query may ask of words, and of a lead's activities and opportunities.
-- What they cost to write, all together: a seed of 100,000 leads with six children each went from about 10,000 to about
-- 4,800 leads a second on two cores, names and e-mail addresses having been indexed before; of 20,000, from 59 to 83 MB.
-- The words of leads, contacts and e-mail addresses alone would leave 8,600. Deleting pays nothing: vacuum does.

-- The bound is drawn again after decomposition, which can make eighteen letters of one: a tsvector past 1 MB is broken.
create or replace function winnow_words(value text) returns text
  language sql immutable strict parallel safe
  return ' ' || btrim(regexp_replace(
    lower(case
      when octet_length(value) = length(value) then left(value, 250000)
      else left(regexp_replace(normalize(left(value, 250000), nfkd), '[\u0300-\u036f]', '', 'g'), 250000)
    end),
    '[^[:alnum:]]+', ' ', 'g'
  )) || ' ';

-- The same words as before. Not STRICT, so that Postgres puts the body in the place of a call, and short texts of plain
-- ASCII need no function of ours at all: that halves the cost of an index entry.
create or replace function winnow_tsvector(value text) returns tsvector
  language sql immutable parallel safe
  return array_to_tsvector(case
    when octet_length(value) <= 200 and octet_length(value) = length(value)
      then string_to_array(btrim(regexp_replace(lower(value), '[^[:alnum:]]+', ' ', 'g')), ' ')
    else winnow_word_list(value)
  end);

-- The words of all texts among a record's custom field values, lists too, in the order of the fields' ids. What is
-- stored may be anything: what is no text is passed over, and texts count up to the bound above.
create function winnow_custom_tsvector(custom jsonb) returns tsvector
  language sql immutable strict parallel safe
  return (
    select coalesce(winnow_tsvector(string_agg(left(item #>> '{}', 250000), ' ')), '')
    from jsonb_path_query(custom, '$.*[*] ? (@.type() == "string")') as item
  );

-- One index a table, for each of its text columns that a query may search. Small tables (statuses, pipelines, campaigns)
-- need none. Processor time for each row: lead 50 µs (14 for the name alone), contact 21, e-mail address and phone number
-- 13, opportunity 21, task 19, address 75, of which the address as a whole is half, e-mail 30; the other activities have
-- less text.
drop index lead_name_words;
drop index contact_name_words;
drop index contact_email_words;

create index lead_words on lead using gin (
  winnow_tsvector(name), winnow_tsvector(description), winnow_tsvector(url), winnow_tsvector(source),
  winnow_tsvector(external_id), winnow_tsvector(phone_number)
);
create index contact_words on contact using gin (
  winnow_tsvector(name), winnow_tsvector(title), winnow_tsvector(timezone)
);
create index contact_email_words on contact_email using gin (winnow_tsvector(email), winnow_tsvector(type));
create index contact_phone_words on contact_phone using gin (
  winnow_tsvector(phone), winnow_tsvector(type), winnow_tsvector(country)
);
create index contact_url_words on contact_url using gin (winnow_tsvector(url), winnow_tsvector(type));
create index address_words on address using gin (
  winnow_tsvector(label), winnow_tsvector(address_1), winnow_tsvector(address_2), winnow_tsvector(city),
  winnow_tsvector(state), winnow_tsvector(zipcode), winnow_tsvector(country),
  winnow_tsvector(winnow_joined(address_1, address_2, city, state, zipcode, country))
);
create index opportunity_words on opportunity using gin (
  winnow_tsvector(note), winnow_tsvector(value_currency), winnow_tsvector(external_id)
);
create index task_words on task using gin (winnow_tsvector(text));
create index document_words on document using gin (winnow_tsvector(name), winnow_tsvector(url));
create index custom_object_words on custom_object using gin (
  winnow_tsvector(name), winnow_tsvector(custom_object_type_id)
);
-- A type of activity fills few of the columns: an index for each type holds only these.
create index activity_note_words on activity using gin (winnow_tsvector(note), winnow_tsvector(title))
  where type = 'note';
create index activity_call_words on activity using gin (winnow_tsvector(note), winnow_tsvector(phone))
  where type = 'call';
create index activity_email_words on activity
  using gin (winnow_tsvector(subject), winnow_tsvector(sender), winnow_tsvector(body_text)) where type = 'email';
create index activity_sms_words on activity
  using gin (winnow_tsvector(body_text), winnow_tsvector(local_phone), winnow_tsvector(phone)) where type = 'sms';
create index activity_meeting_words on activity
  using gin (winnow_tsvector(title), winnow_tsvector(note), winnow_tsvector(location)) where type = 'meeting';
create index activity_custom_activity_words on activity using gin (winnow_tsvector(custom_activity_type_id))
  where type = 'custom_activity';
create index activity_form_submission_words on activity using gin (winnow_tsvector(form_id))
  where type = 'form_submission';

-- Custom fields are searched together: which there are is not known here. Rows without any stay out, and queries say
-- so, with `custom <> '{}'`; they pay nothing; a row with three values pays about 50 µs.
create index lead_custom_words on lead using gin (winnow_custom_tsvector(custom)) where custom <> '{}';
create index contact_custom_words on contact using gin (winnow_custom_tsvector(custom)) where custom <> '{}';
create index opportunity_custom_words on opportunity using gin (winnow_custom_tsvector(custom)) where custom <> '{}';
create index activity_custom_words on activity using gin (winnow_custom_tsvector(custom)) where custom <> '{}';
create index custom_object_custom_words on custom_object using gin (winnow_custom_tsvector(custom))
  where custom <> '{}';

-- "Last call", "number of sent e-mails": one lead's activities of a type, by their moment. 1.5 µs more than by lead alone.
drop index activity_lead_id;
create index activity_lead_id on activity (lead_id, type, activity_at);
-- One lead's opportunities with their statuses, without a look at the rows. Costs what the index by lead alone does.
drop index opportunity_lead_id;
create index opportunity_lead_id on opportunity (lead_id, status_id);
-- "Calls older than two years". 4 µs more than without the date.
drop index activity_organization_id;
create index activity_organization_id on activity (organization_id, type, date_created);
