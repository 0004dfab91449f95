import { decodeId, encodeId, ID_PREFIX } from '@winnow/catalog';
import {
  authenticate,
  createApiKey,
  createOrganization,
  createUser,
  type Db,
  listOrganizations,
  listUsers,
} from '@winnow/db';
import { type Credentials, readCredentials, writeCredentials } from './credentials.ts';

/** `found`: the data folder's key works. `made`: there is a new one. `none`: somebody else's database. */
export type Bootstrap =
  | { readonly kind: 'found' | 'made'; readonly credentials: Credentials }
  | { readonly kind: 'none' };

/**
 * Makes sure that whoever started Winnow holds a key that works, and that `credentials.json` in the data folder names it
 * and the base URL of this start.
 * @param options.ownsDatabase the database belongs to this data folder: a lost key is replaced. In a database that others
 *   use a key is made only while it has no organization at all.
 */
export async function bootstrap(
  db: Db,
  options: { readonly dataDir: string; readonly baseUrl: string; readonly ownsDatabase: boolean },
): Promise<Bootstrap> {
  const { dataDir, baseUrl } = options;
  const existing = await readCredentials(dataDir);
  if (existing && (await isValid(db, existing))) {
    const credentials = { ...existing, base_url: baseUrl };
    await writeCredentials(dataDir, credentials);
    return { kind: 'found', credentials };
  }
  const owner = await findOrCreateOwner(db, options.ownsDatabase);
  if (!owner) return { kind: 'none' };
  const { key } = await createApiKey(db, { ...owner, name: 'first key', scopes: ['*'] });
  const credentials = {
    base_url: baseUrl,
    api_key: key,
    organization_id: encodeId(ID_PREFIX.organization, owner.organizationId),
    user_id: encodeId(ID_PREFIX.user, owner.userId),
  };
  await writeCredentials(dataDir, credentials);
  return { kind: 'made', credentials };
}

/** The file may be of another database, or of an earlier one in this folder. */
async function isValid(db: Db, credentials: Credentials): Promise<boolean> {
  const answer = await authenticate(db, credentials.api_key, new Date());
  return (
    answer.kind === 'valid' &&
    answer.organizationId === decodeId(ID_PREFIX.organization, credentials.organization_id)
  );
}

async function findOrCreateOwner(
  db: Db,
  ownsDatabase: boolean,
): Promise<{ organizationId: string; userId: string } | undefined> {
  const [first] = await listOrganizations(db);
  if (first && !ownsDatabase) return undefined;
  return db.transaction().execute(async (trx) => {
    const organization = first ?? (await createOrganization(trx, { name: 'My organization' }));
    const [known] = await listUsers(trx, organization.id);
    const user =
      known ??
      (await createUser(trx, {
        organizationId: organization.id,
        email: 'admin@localhost',
        firstName: 'Winnow',
        lastName: 'Admin',
      }));
    return { organizationId: organization.id, userId: user.id };
  });
}
