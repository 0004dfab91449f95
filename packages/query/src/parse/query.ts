import type { QueryNode } from '../ast.ts';
import { QueryError } from '../errors.ts';
import { type Family, parseByType } from './choose.ts';
import { parseCondition } from './conditions.ts';
import { parseField } from './fields.ts';
import { countNode, descend, type Place, startAt } from './place.ts';
import { Reader } from './reader.ts';
import { readSearchedText } from './searched-text.ts';
import { refuseMistakenForm } from './wrappers.ts';

const NODES: Family<QueryNode> = {
  noun: 'node',
  unknown: 'QUERY_UNKNOWN_NODE',
  parsers: {
    and: (node) => ({ type: 'and', negate: readNegate(node), queries: node.list('queries', parseNode) }),
    or: (node) => ({ type: 'or', negate: readNegate(node), queries: node.list('queries', parseNode) }),
    object_type: (node) => ({
      type: 'object_type',
      negate: readNegate(node),
      objectType: node.text('object_type'),
    }),
    id: (node) => ({ type: 'id', negate: readNegate(node), value: node.text('value') }),
    text: (node) => ({ type: 'text', negate: readNegate(node), ...readSearchedText(node) }),
    saved_search: (node) => ({
      type: 'saved_search',
      negate: readNegate(node),
      savedSearchId: node.text('saved_search_id'),
    }),
    match_all: (node) => ({ type: 'match_all', negate: readNegate(node) }),
    field_condition: (node) => ({
      type: 'field_condition',
      negate: readNegate(node),
      field: parseField(node.required('field'), node.at('field')),
      condition: parseCondition(node.required('condition'), node.at('condition')),
    }),
    has_related: (node) => ({
      type: 'has_related',
      negate: readNegate(node),
      thisObjectType: node.text('this_object_type'),
      relatedObjectType: node.text('related_object_type'),
      relatedQuery: parseNode(node.required('related_query'), node.at('related_query')),
    }),
  },
};

/**
 * JSON -> AST. Checks the form alone; names are looked up by `checkQuery`. Safe on any input: depth, size and text
 * are bounded (limits.ts), and nothing but QueryError is thrown.
 * @param path what the JSON is called in error paths.
 * @throws QueryError
 */
export function parseQuery(json: unknown, path = 's_query'): QueryNode {
  if (json === undefined || json === null) {
    throw new QueryError('QUERY_EMPTY', path, 'There is no query. A missing query never means "everything".');
  }
  return parseNode(json, startAt(path));
}

function parseNode(json: unknown, place: Place): QueryNode {
  const inner = descend(place);
  countNode(inner);
  refuseMistakenForm(json, inner);
  return parseByType(new Reader(json, inner, 'a query node'), NODES);
}

function readNegate(node: Reader): boolean {
  return node.has('negate') ? node.boolean('negate') : false;
}
