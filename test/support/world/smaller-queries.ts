type Json = Readonly<Record<string, unknown>>;

/**
 * Queries that say a part of what this one says, the smallest first: a node in place of another, a list with one node
 * less, no negation. To find the smallest one that still fails, without trying thousands.
 */
export function smallerQueries(node: Json): readonly Json[] {
  const { queries, related_query: relatedQuery, negate, ...rest } = node;
  const children = Array.isArray(queries) ? queries.filter(isJson) : [];
  return [
    ...children.filter(({ type }) => type !== 'object_type'),
    ...(negate === true ? [{ ...node, negate: false }] : []),
    ...children.flatMap((_, index) =>
      // Without its object type a query would be about nothing.
      children[index]?.type === 'object_type' ? [] : [{ ...node, queries: children.toSpliced(index, 1) }],
    ),
    ...children.flatMap((child, index) =>
      smallerQueries(child).map((smaller) => ({ ...node, queries: children.with(index, smaller) })),
    ),
    ...(isJson(relatedQuery)
      ? smallerQueries(relatedQuery).map((smaller) => ({
          ...rest,
          ...(negate === true && { negate }),
          related_query: smaller,
        }))
      : []),
  ];
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}
