import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { CheckedNode, CheckedNodeType } from '../checked.ts';
import { compileCondition } from './conditions.ts';
import { bindLevel, column, fromTable, type Level, relatedLevel } from './level.ts';
import { allOf, anyOf, negate, type Predicate, total } from './predicate.ts';

/** One function a node. */
const NODES: {
  readonly [T in CheckedNodeType]: (node: CheckedNode<T>, level: Level) => Predicate;
} = {
  constant: ({ value }) => total(value ? sql<SqlBool>`true` : sql<SqlBool>`false`),
  and: ({ nodes }, level) => allOf(nodes.map((node) => compileNode(node, level))),
  or: ({ nodes }, level) => anyOf(nodes.map((node) => compileNode(node, level))),
  not: ({ node }, level) => negate(compileNode(node, level)),
  ids: ({ ids }, level) => {
    const [first, ...others] = ids;
    const id = column(level, 'id');
    return total(
      others.length === 0 ? sql<SqlBool>`${id} = ${first}::uuid` : sql<SqlBool>`${id} = any(${ids}::uuid[])`,
    );
  },
  field: ({ field, condition }, level) => compileCondition(condition, field, level),
  related: ({ link, node }, level) => {
    const inner = relatedLevel(level, link.relatedType);
    const joined = sql<SqlBool>`${column(inner, link.relatedColumn)} = ${column(level, link.column)}`;
    const conditions = [...bindLevel(inner), joined, ...conditionsOf(node, inner)];
    const from = fromTable(inner.context, inner.table.name, inner.alias);
    return total(sql<SqlBool>`exists (select from ${from} where ${sql.join(conditions, sql` and `)})`);
  },
};

/** The SQL of a checked node. @throws QueryError where the frozen moment or user makes a condition impossible. */
export function compileNode<T extends CheckedNodeType>(node: CheckedNode<T>, level: Level): Predicate {
  return NODES[node.type](node, level);
}

/** A level's conditions beside those that bind it: none where the node is true for every object. */
export function conditionsOf(node: CheckedNode, level: Level): readonly RawBuilder<SqlBool>[] {
  return node.type === 'constant' && node.value ? [] : [compileNode(node, level).sql];
}
