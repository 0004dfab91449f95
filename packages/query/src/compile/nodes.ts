import { type RawBuilder, type SqlBool, sql } from 'kysely';
import type { CheckedNode, CheckedNodeType, Link } from '../checked.ts';
import { compileCondition } from './conditions.ts';
import { betweenLevel, bindLevel, column, fromTable, type Level, relatedLevel } from './level.ts';
import { allOf, anyOf, negate, type Predicate, total } from './predicate.ts';
import { splitById } from './split-by-id.ts';

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
    const { from, joined } = joinRelated(link, level, inner);
    const { ofId, others } = splitById(link, node);
    const own = others.flatMap((other) => conditionsOf(other, inner));
    const conditions = [...bindLevel(inner), ...joined, ...own];
    const exists = total(
      sql<SqlBool>`exists (select from ${from} where ${sql.join(conditions, sql` and `)})`,
    );
    if (ofId.length === 0) return exists;
    const known = { ...inner, id: column(level, link.column) };
    return allOf([exists, ...ofId.map((condition) => compileNode(condition, known))]);
  },
};

/** The SQL of a checked node. @throws QueryError where the frozen moment or user makes a condition impossible. */
export function compileNode<T extends CheckedNodeType>(node: CheckedNode<T>, level: Level): Predicate {
  return NODES[node.type](node, level);
}

/** The `from` of related rows and what joins them to the level, over the row between them if there is one. */
function joinRelated({ column: own, relatedColumn, through }: Link, level: Level, inner: Level) {
  const from = fromTable(inner.context, inner.table.name, inner.alias);
  const related = column(inner, relatedColumn);
  if (through === undefined) {
    return { from, joined: [sql<SqlBool>`${related} = ${column(level, own)}`] };
  }
  const { context } = level;
  const between = betweenLevel(level, through.type);
  return {
    from: sql`${from}, ${fromTable(context, between.table.name, between.alias)}`,
    joined: [
      ...bindLevel(between),
      sql<SqlBool>`${related} = ${column(between, through.nearColumn)}`,
      sql<SqlBool>`${column(between, through.farColumn)} = ${column(level, own)}`,
    ],
  };
}

/** A level's conditions beside those that bind it: none where the node is true for every object. */
export function conditionsOf(node: CheckedNode, level: Level): readonly RawBuilder<SqlBool>[] {
  return node.type === 'constant' && node.value ? [] : [compileNode(node, level).sql];
}
