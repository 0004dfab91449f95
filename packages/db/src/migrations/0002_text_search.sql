-- Word matching that is the same on every field: case and accents do not count, every run of letters and digits is
-- a word, all else separates. Functions, so that an index on the expression and the query say the same thing.

-- ' acme inc ' for 'ACMÉ, Inc.': words between single spaces, with a space at both ends, so that a phrase is a LIKE.
-- Only the first 250,000 characters count: a tsvector may not grow past 1 MB, and an error here would stop a query.
-- Plain ASCII, which is most of what is stored, has nothing to decompose; every index entry pays for what is done here.
create function winnow_words(value text) returns text
  language sql immutable strict parallel safe
  return ' ' || btrim(regexp_replace(
    lower(case
      when octet_length(value) = length(value) then left(value, 250000)
      else regexp_replace(normalize(left(value, 250000), nfkd), '[\u0300-\u036f]', '', 'g')
    end),
    '[^[:alnum:]]+', ' ', 'g'
  )) || ' ';

-- Words are cut at 200 characters: a lexeme of over 2,046 bytes is an error in Postgres.
create function winnow_word_list(value text) returns text[]
  language sql immutable strict parallel safe
  return case
    when octet_length(value) <= 200 and octet_length(value) = length(value)
      then string_to_array(btrim(winnow_words(value)), ' ')
    else array(select left(word, 200) from unnest(string_to_array(btrim(winnow_words(value)), ' ')) as word)
  end;

create function winnow_tsvector(value text) returns tsvector
  language sql immutable strict parallel safe
  return array_to_tsvector(winnow_word_list(value));

-- All words of `value`, in any place and order. A word holds only letters and digits, so quoting it is safe.
create function winnow_all_words(value text) returns tsquery
  language sql immutable strict parallel safe
  return (select string_agg('''' || word || '''', ' & ') from unnest(winnow_word_list(value)) as word)::tsquery;

-- Each word of `value` begins a word.
create function winnow_all_word_starts(value text) returns tsquery
  language sql immutable strict parallel safe
  return (select string_agg('''' || word || ''':*', ' & ') from unnest(winnow_word_list(value)) as word)::tsquery;
