import type { FieldRef } from '../ast.ts';
import { type Family, parseByType } from './choose.ts';
import type { Place } from './place.ts';
import { Reader } from './reader.ts';

const FIELDS: Family<FieldRef> = {
  noun: 'field',
  unknown: 'QUERY_UNKNOWN_FIELD_TYPE',
  parsers: {
    regular_field: (field) => ({
      type: 'regular_field',
      objectType: field.text('object_type'),
      fieldName: field.text('field_name'),
    }),
    custom_field: (field) => ({ type: 'custom_field', customFieldId: field.text('custom_field_id') }),
  },
};

/** JSON -> field (reference, 2.2). @throws QueryError */
export function parseField(json: unknown, place: Place): FieldRef {
  return parseByType(new Reader(json, place, 'a field'), FIELDS);
}
