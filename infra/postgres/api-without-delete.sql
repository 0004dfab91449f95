-- For an api with WINNOW_SYNCHRONOUS_MS=0, which leaves every deletion to workers: it may then not delete a record at all.
-- Run it after each run of grants.sql, in the same way.
--
-- The parts of a record (contact_email, contact_phone, contact_url, address) are not named here: whoever changes the e-mail
-- addresses of a contact replaces them as a whole, and the api does that.

begin;

-- As in grants.sql.
do $$
begin
  perform pg_advisory_xact_lock(hashtextextended('winnow archive partitions', 0));
  perform pg_advisory_xact_lock(hashtextextended('winnow archive', 0));
end $$;

revoke delete on lead, contact, opportunity, task, activity, document, custom_object from winnow_api;
revoke insert on all tables in schema archive from winnow_api;
alter default privileges for role winnow_migrate in schema archive revoke insert on tables from winnow_api;

commit;
