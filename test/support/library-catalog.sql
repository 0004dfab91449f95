-- The tables of LIBRARY_CATALOG. To be run on a migrated database: the word index uses Winnow's text functions.
create schema library;
create schema library_archive;

create table library.author (
  id uuid primary key,
  branch_id uuid not null,
  name text not null,
  born date,
  unique (branch_id, id)
);
create index author_name_words on library.author using gin (winnow_tsvector(name));

create table library.book (
  id uuid primary key,
  branch_id uuid not null,
  author_id uuid not null,
  title text not null,
  pages integer,
  published date,
  in_print boolean,
  unique (branch_id, id),
  constraint book_author_fk foreign key (branch_id, author_id) references library.author (branch_id, id)
);
create index book_author_id on library.book (author_id);

create table library.loan (
  id uuid primary key,
  branch_id uuid not null,
  book_id uuid not null,
  due date,
  constraint loan_book_fk foreign key (branch_id, book_id) references library.book (branch_id, id)
);
create index loan_branch_id on library.loan (branch_id);
create index loan_book_id on library.loan (book_id);

-- A review outlives its book and loses the link.
create table library.review (
  id uuid primary key,
  branch_id uuid not null,
  book_id uuid,
  body text,
  constraint review_book_fk foreign key (branch_id, book_id) references library.book (branch_id, id)
);
create index review_branch_id on library.review (branch_id);
create index review_book_id on library.review (book_id);

do $$
declare
  mirrored text;
begin
  foreach mirrored in array array['author', 'book', 'loan', 'review'] loop
    execute format(
      'create table library_archive.%1$I (
         like library.%1$I,
         bulk_delete_id uuid not null,
         page_no integer not null,
         date_archived timestamptz not null default now()
       )', mirrored);
    execute format(
      'create index %2$I on library_archive.%1$I (bulk_delete_id, page_no)', mirrored, mirrored || '_bulk_delete');
  end loop;
end
$$;

create table library_archive.detached_link (
  bulk_delete_id uuid not null,
  page_no integer not null,
  table_name text not null,
  column_name text not null,
  row_id uuid not null,
  target_id uuid not null,
  date_archived timestamptz not null default now()
);
create index detached_link_bulk_delete on library_archive.detached_link (bulk_delete_id, page_no);
