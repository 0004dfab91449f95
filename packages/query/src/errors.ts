/**
 * Why a query can be refused. A code is never reused for another meaning: clients branch on it. The sentence says
 * what the code stands for; the message of each error says it for the case at hand.
 */
export const QUERY_ERRORS = {
  QUERY_EMPTY:
    'There is no query, or an empty object stands where a node should. It never means "everything".',
  QUERY_WRAPPED: 'A search body or a Smart View was sent where the bare query belongs.',
  QUERY_WRONG_TYPE: 'A value is of another JSON type than it has to be.',
  QUERY_MISSING_KEY: 'A key that is required is not there.',
  QUERY_UNKNOWN_KEY: 'A key is not known. It is refused, since ignoring a part of a filter would match more.',
  QUERY_UNKNOWN_NODE: 'The type of a node is not known.',
  QUERY_UNKNOWN_CONDITION: 'The type of a condition is not known.',
  QUERY_UNKNOWN_FIELD_TYPE: 'The type of a field is neither regular_field nor custom_field.',
  QUERY_UNKNOWN_MOMENT: 'The type of a moment is not known.',
  QUERY_UNKNOWN_VALUE: 'A value is not one of those that are allowed there, e.g. a text mode or a choice.',
  QUERY_NOT_SUPPORTED: "A part of Close's language that is not supported yet.",
  QUERY_NO_OBJECT_TYPE: 'The query does not say what kind of objects it is about.',
  QUERY_UNKNOWN_OBJECT_TYPE: 'There is no object type of this name.',
  QUERY_OBJECT_TYPE_CONFLICT: 'An object type is named that is not the one being filtered at that level.',
  QUERY_UNKNOWN_FIELD: 'The object type has no field of this name.',
  QUERY_NOT_SEARCHABLE: 'The field exists but cannot be searched.',
  QUERY_NOT_SORTABLE: 'The field exists but cannot be sorted by.',
  QUERY_UNKNOWN_SAVED_SEARCH: 'There is no saved search of this id that the user may see.',
  QUERY_SAVED_SEARCH_CYCLE: 'A saved search contains itself, directly or through others.',
  QUERY_UNKNOWN_CUSTOM_FIELD: 'There is no custom field of this id for the object type.',
  QUERY_CONDITION_DOES_NOT_FIT: "The condition does not fit the field's kind of values.",
  QUERY_NOT_RELATED: 'No single link, or more than one, joins the two object types.',
  QUERY_MALFORMED_ID: 'A text is not an id of the kind that is needed there.',
  QUERY_MALFORMED_MOMENT: 'A text is not a date with a time in ISO 8601.',
  QUERY_MALFORMED_TEXT: 'A text holds characters that cannot be stored, so that nothing could match it.',
  QUERY_TEXT_WITHOUT_WORDS: 'A text to search for holds no letter and no digit, so no word.',
  QUERY_EMPTY_LIST: 'A list of values to look for is empty.',
  QUERY_EMPTY_RANGE: 'A range has no side, or nothing can lie in it.',
  QUERY_NUMBER_OUT_OF_RANGE: 'A number is too large, too small, or not whole where it has to be.',
  QUERY_NO_CURRENT_USER: 'current_user is used in a request that no user makes.',
  QUERY_LEGACY_SYNTAX: 'A text query is not well-formed, or can be read in two ways.',
  QUERY_AMBIGUOUS_NAME: 'A name in a text query is that of several things.',
  QUERY_TOO_DEEP: 'Nodes or moments are nested too deeply.',
  QUERY_TOO_LARGE: 'The query has too many nodes, values or characters.',
} as const;

export type QueryErrorCode = keyof typeof QUERY_ERRORS;

/**
 * A query that cannot be accepted, and why. Always the client's to mend.
 * `path` is the JSON path of the culprit, e.g. `s_query.queries[1].condition.mode`; `message` says what was given,
 * what is allowed and, where a name is close, which was probably meant. It does not repeat the path.
 */
export class QueryError extends Error {
  readonly code: QueryErrorCode;
  readonly path: string;

  constructor(code: QueryErrorCode, path: string, message: string) {
    super(message);
    this.name = 'QueryError';
    this.code = code;
    this.path = path;
  }
}
