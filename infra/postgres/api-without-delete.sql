-- For an api with WINNOW_SYNCHRONOUS_MS=0, which leaves every deletion to workers: it may then not delete a record at all.
-- Run it after each run of grants.sql.

revoke delete on
  lead, contact, contact_email, contact_phone, contact_url, address, opportunity, task, activity, document, custom_object
from winnow_api;
revoke insert on all tables in schema archive from winnow_api;
alter default privileges in schema archive revoke insert on tables from winnow_api;
