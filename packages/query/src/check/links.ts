import { type Catalog, type ObjectType, objectTypeOf, objectTypesIn, tableOf } from '@winnow/catalog';
import type { Link } from '../checked.ts';
import { QueryError } from '../errors.ts';
import { listAllowed } from '../wording.ts';

/**
 * What joins two object types: the one relation of the catalog between them, in either direction; else, for a part of
 * another object (an e-mail address of a contact), what joins that object: leads and e-mail addresses.
 * @throws QueryError QUERY_NOT_RELATED when there is none, or more than one: guessing could delete the wrong objects.
 */
export function findLink(catalog: Catalog, type: ObjectType, related: ObjectType, path: string): Link {
  const [link, second] = joinsBetween(catalog, type, related);
  if (link && !second) return link;
  const reason = link
    ? `"${type.name}" and "${related.name}" are linked in more than one way, and a query cannot say which is meant.`
    : `"${type.name}" has no direct link to "${related.name}". ${listAllowed(related.name, namesRelatedTo(catalog, type))} ` +
      `A longer way is a has_related inside the related_query of another.`;
  throw new QueryError('QUERY_NOT_RELATED', path, reason);
}

function joinsBetween(catalog: Catalog, type: ObjectType, related: ObjectType): readonly Link[] {
  const direct = linksBetween(catalog, type, related);
  if (direct.length > 0 || type === related) return direct;
  return [
    ...linksThrough(catalog, type, related.partOf, related),
    ...(related.partOf === type.partOf ? [] : linksThrough(catalog, type, type.partOf, related)),
  ];
}

function linksThrough(
  catalog: Catalog,
  type: ObjectType,
  owner: string | undefined,
  related: ObjectType,
): readonly Link[] {
  if (owner === undefined) return [];
  const between = objectTypeOf(catalog, owner);
  return linksBetween(catalog, type, between).flatMap((far) =>
    linksBetween(catalog, between, related).map((near) => ({
      column: far.column,
      relatedColumn: near.relatedColumn,
      relatedType: related.name,
      through: { type: owner, farColumn: far.relatedColumn, nearColumn: near.column },
    })),
  );
}

function linksBetween(catalog: Catalog, type: ObjectType, related: ObjectType): readonly Link[] {
  const down = tableOf(catalog, related.table)
    .relations.filter(({ references }) => references === type.table)
    .map(({ column }) => ({ column: 'id', relatedColumn: column, relatedType: related.name }));
  const up = tableOf(catalog, type.table)
    .relations.filter(({ references }) => references === related.table)
    .map(({ column }) => ({ column, relatedColumn: 'id', relatedType: related.name }));
  return [...down, ...up];
}

function namesRelatedTo(catalog: Catalog, type: ObjectType): readonly string[] {
  return Object.keys(catalog.tables)
    .flatMap((table) => objectTypesIn(catalog, table))
    .filter((other) => joinsBetween(catalog, type, other).length === 1)
    .map(({ name }) => name);
}
