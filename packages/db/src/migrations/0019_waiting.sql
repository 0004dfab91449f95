-- Why a bulk delete or an undo cannot go on for the moment, and since when. Kept when a page is put off, gone with the
-- next page that commits.
alter table bulk_delete
  add column waiting_reason text,
  add column date_waiting timestamptz,
  add constraint bulk_delete_waiting_has_date check ((waiting_reason is null) = (date_waiting is null));
alter table bulk_undo
  add column waiting_reason text,
  add column date_waiting timestamptz,
  add constraint bulk_undo_waiting_has_date check ((waiting_reason is null) = (date_waiting is null));

-- A page that met time-outs is undone in pieces: at most so many records in one transaction. Null: all at once.
alter table bulk_undo_page
  add column piece_size integer,
  add constraint bulk_undo_page_piece_holds_something check (piece_size > 0);
