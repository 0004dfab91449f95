import { randomBytes } from 'node:crypto';
import { createApiKey, createUser, type Db, createOrganization as insertOrganization } from '@winnow/db';

/** An organization with one user who holds one key. Ids are UUIDs. */
export interface TestOrganization {
  readonly organizationId: string;
  readonly userId: string;
  readonly userEmail: string;
  /** The text that a client sends. */
  readonly apiKey: string;
  readonly apiKeyId: string;
}

/** Adds an organization that no other test knows. @param options.scopes of its key; everything unless given. */
export async function createOrganization(
  db: Db,
  options: { readonly name?: string; readonly scopes?: readonly string[] } = {},
): Promise<TestOrganization> {
  const label = randomBytes(4).toString('hex');
  const organization = await insertOrganization(db, { name: options.name ?? `Organization ${label}` });
  const user = await createUser(db, {
    organizationId: organization.id,
    email: `user-${label}@example.com`,
    firstName: 'Test',
    lastName: `User ${label}`,
  });
  const key = await createApiKey(db, {
    organizationId: organization.id,
    userId: user.id,
    name: 'test',
    scopes: options.scopes ?? ['*'],
  });
  return {
    organizationId: organization.id,
    userId: user.id,
    userEmail: user.email,
    apiKey: key.key,
    apiKeyId: key.id,
  };
}
