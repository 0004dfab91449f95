import { decodeId, findObjectType, ID_PREFIX, type ObjectType, objectTypeOf } from '@winnow/catalog';
import type { NodeType, QueryNode } from '@winnow/query';
import { meets } from './conditions.ts';
import { readField, textFieldsOf } from './fields.ts';
import { isOfType, relatedRows } from './links.ts';
import { createRecords, type Records } from './records.ts';
import { matchesText, wordsOf } from './words.ts';
import type { Frozen, OracleRow, World } from './world.ts';

/** What docs/query-language.md says that a query means, told from records in memory, without SQL. */
export interface Oracle {
  readonly records: Records;
  /** Rows of an object type that belong to the organization. */
  rowsOf(objectType: string): readonly OracleRow[];
  /** The objects of this type that the query matches, in no order. */
  matching(objectType: string, query: QueryNode): readonly OracleRow[];
  /** The same for a query that is asked of several types: what is about another one matches nothing of this. */
  matchingOfMixed(objectType: string, query: QueryNode): readonly OracleRow[];
}

export function createOracle(world: World, frozen: Frozen): Oracle {
  const records = createRecords(world, frozen.organizationId);
  const rowsOf = (objectType: string) => {
    const type = objectTypeOf(world.catalog, objectType);
    return records.rowsOf(type.table).filter((row) => isOfType(world.catalog, row, type));
  };
  const matching = (objectType: string, query: QueryNode, isMixed: boolean) => {
    const type = objectTypeOf(world.catalog, objectType);
    return rowsOf(objectType).filter((row) => matches(query, row, { world, frozen, records, type, isMixed }));
  };
  return {
    records,
    rowsOf,
    matching: (objectType, query) => matching(objectType, query, false),
    matchingOfMixed: (objectType, query) => matching(objectType, query, true),
  };
}

interface Level {
  readonly world: World;
  readonly frozen: Frozen;
  readonly records: Records;
  readonly type: ObjectType;
  readonly isMixed: boolean;
}

function matches(node: QueryNode, row: OracleRow, level: Level): boolean {
  if (level.isMixed && isAboutAnother(node, level)) return false;
  return says(node, row, level) !== node.negate;
}

function says<T extends NodeType>(node: QueryNode<T>, row: OracleRow, level: Level): boolean {
  return NODES[node.type](node, row, level);
}

/** Whether a node names another type of object, by a field, an id or a relation of it. */
function isAboutAnother(node: QueryNode, level: Level): boolean {
  const { world, type } = level;
  const isAnother = (name: string) => findObjectType(world.catalog, name) !== type;
  switch (node.type) {
    case 'field_condition': {
      if (node.field.type === 'regular_field') return isAnother(node.field.objectType);
      const id = decodeId(ID_PREFIX.customField, node.field.customFieldId) ?? '';
      return world.customFields.get(id)?.owner !== type.customFieldOwner;
    }
    case 'has_related':
      return isAnother(node.thisObjectType);
    case 'id':
      return node.value.includes('_') && !node.value.startsWith(`${type.idPrefix}_`);
    case 'and':
      return node.queries.some((query) => isAboutAnother(query, level));
    case 'or':
      return node.queries.length > 0 && node.queries.every((query) => isAboutAnother(query, level));
    default:
      return false;
  }
}

const NODES: {
  readonly [T in NodeType]: (node: QueryNode<T>, row: OracleRow, level: Level) => boolean;
} = {
  and: ({ queries }, row, level) => queries.every((query) => matches(query, row, level)),
  or: ({ queries }, row, level) => queries.some((query) => matches(query, row, level)),
  object_type: ({ objectType }, _, { world, type }) => findObjectType(world.catalog, objectType) === type,
  id: ({ value }, row, { type }) => decodeId(type.idPrefix, value) === row.id,
  match_all: () => true,
  text: ({ mode, value }, row, { world, records, type }) => {
    const texts = textFieldsOf(type, world, records)
      .flatMap((field) => field.read(row))
      .filter((text) => typeof text === 'string');
    const terms =
      mode === 'phrase' || mode === 'exact_value'
        ? [value]
        : value.split(/\s+/u).filter((term) => wordsOf(term).length > 0);
    return terms.every((term) => texts.some((text) => matchesText(mode, text, term)));
  },
  saved_search: ({ savedSearchId }, row, level) => {
    const saved = level.world.savedSearches.get(decodeId(ID_PREFIX.savedSearch, savedSearchId) ?? '');
    if (!saved) throw new Error(`there is no saved search ${savedSearchId}`);
    return matches(saved, row, level);
  },
  field_condition: ({ field, condition }, row, { world, frozen, records, type }) =>
    meets(condition, readField(field, type, world, records), row, frozen),
  has_related: ({ relatedObjectType, relatedQuery }, row, level) => {
    const related = objectTypeOf(level.world.catalog, relatedObjectType);
    const { catalog } = level.world;
    return relatedRows(row, level.records, { catalog, type: level.type, related }).some((other) =>
      matches(relatedQuery, other, { ...level, type: related, isMixed: false }),
    );
  },
};
