import type { QueryInput } from '../compiled-query.ts';
import { CUSTOM_FIELD_IDS } from '../custom-fields.ts';
import { about } from '../query-json.ts';
import { type Refused, refused } from './refused.ts';

const sortedBy = (sort: unknown): QueryInput => ({ sort });
const leadField = (field_name: string) => ({ type: 'regular_field', object_type: 'lead', field_name });

/** Sorts that are refused. */
export const REFUSED_SORTS: readonly Refused[] = [
  refused('QUERY_WRONG_TYPE', 'sort', 'Must be a list', about('lead'), sortedBy({})),
  refused(
    'QUERY_WRONG_TYPE',
    'sort[0]',
    'an entry of "sort", an object; got "name"',
    about('lead'),
    sortedBy(['name']),
  ),
  refused(
    'QUERY_MISSING_KEY',
    'sort[0].direction',
    'required',
    about('lead'),
    sortedBy([{ field: leadField('name') }]),
  ),
  refused(
    'QUERY_UNKNOWN_VALUE',
    'sort[0].direction',
    'Did you mean "desc"?',
    about('lead'),
    sortedBy([{ direction: 'descs', field: leadField('name') }]),
  ),
  refused(
    'QUERY_UNKNOWN_KEY',
    'sort[0]',
    'The key "nulls" is not known here.',
    about('lead'),
    sortedBy([{ direction: 'asc', field: leadField('name'), nulls: 'first' }]),
  ),
  refused(
    'QUERY_NOT_SORTABLE',
    'sort[1].field.field_name',
    'Field "status_id" of type "lead" cannot be sorted by.',
    about('lead'),
    sortedBy([
      { direction: 'asc', field: leadField('name') },
      { direction: 'asc', field: leadField('status_id') },
    ]),
  ),
  refused(
    'QUERY_NOT_SORTABLE',
    'sort[0].field',
    'Custom field "Sources" cannot be sorted by',
    about('lead'),
    sortedBy([
      { direction: 'asc', field: { type: 'custom_field', custom_field_id: CUSTOM_FIELD_IDS.manyChoices } },
    ]),
  ),
  refused(
    'QUERY_OBJECT_TYPE_CONFLICT',
    'sort[0].field.object_type',
    'does not belong to type "contact"',
    about('contact'),
    sortedBy([{ direction: 'asc', field: leadField('name') }]),
  ),
  refused(
    'QUERY_UNKNOWN_FIELD',
    'sort[0].field.field_name',
    'Did you mean "date_created"?',
    about('lead'),
    sortedBy([{ direction: 'asc', field: leadField('date_create') }]),
  ),
  refused(
    'QUERY_TOO_LARGE',
    'sort',
    'More than 10 entries',
    about('lead'),
    sortedBy(Array.from({ length: 11 }, () => ({ direction: 'asc', field: leadField('name') }))),
  ),
];
