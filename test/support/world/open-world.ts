import { createApiKey, createUser, type Db } from '@winnow/db';
import { type QueryNode, writeQuery } from '@winnow/query';
import { insertRow } from '../rows.ts';
import type { AskedWorld } from './world-arbitrary.ts';

/**
 * Lets clients in: writes the custom fields and saved searches of a world that is written already, and makes a user.
 * @returns a key of the organization that asks.
 */
export async function openWorld(db: Db, { world, frozen }: AskedWorld): Promise<string> {
  const organization_id = frozen.organizationId;
  for (const { id, owner, name, type, choices, acceptsMultipleValues } of world.customFields.values()) {
    const accepts_multiple_values = acceptsMultipleValues;
    await insertRow(db, 'custom_field', {
      id,
      organization_id,
      owner,
      name,
      type,
      choices,
      accepts_multiple_values,
    });
  }
  for (const [id, node] of world.savedSearches) {
    const tree = JSON.stringify(writeQuery(node));
    const s_query = JSON.stringify({ query: writeQuery(node) });
    const rest = { name: id, object_type: typeNamedIn(node), is_shared: true, tree, s_query };
    await insertRow(db, 'saved_search', { id, organization_id, ...rest });
  }
  const { id: userId } = await createUser(db, {
    organizationId: organization_id,
    email: `${organization_id}@example.test`,
    firstName: 'W',
    lastName: 'W',
  });
  const { key } = await createApiKey(db, {
    organizationId: organization_id,
    userId,
    name: 'test',
    scopes: ['*'],
  });
  return key;
}

/** What the query is about: the object type that stands at its root or in an `and` there. */
function typeNamedIn(node: QueryNode): string {
  if (node.type === 'object_type') return node.objectType;
  return node.type === 'and' ? (node.queries.map(typeNamedIn).find((name) => name !== '') ?? '') : '';
}
