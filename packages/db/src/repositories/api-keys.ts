import { newId } from '@winnow/catalog';
import { type Selectable, sql } from 'kysely';
import {
  createApiKeySecret,
  formatApiKey,
  hashApiKeySecret,
  matchesApiKeySecret,
  parseApiKey,
} from '../api-key-secret.ts';
import type { Db } from '../connection.ts';
import type { Database } from '../tables.ts';
import type { Trx } from '../transaction.ts';

/** What a key may do. `*` is everything, also what later versions add; `read:leads` is the part of `read` about leads. */
export const API_KEY_SCOPES = [
  'read',
  'write',
  'delete',
  'delete:permanent',
  'read:leads',
  'read:contacts',
  'read:deals',
  'write:leads',
  'write:contacts',
  'write:deals',
  '*',
] as const;
export type ApiKeyScope = (typeof API_KEY_SCOPES)[number];

/** A key as it may be shown: everything but the hash. */
export type ApiKeyRow = Omit<Selectable<Database['api_key']>, 'secret_hash'>;

/** Who a valid key speaks for. */
export interface Authenticated {
  readonly organizationId: string;
  readonly userId: string;
  readonly apiKeyId: string;
  readonly scopes: readonly string[];
  /** UUIDs of the campaigns that the key is restricted to; null when it is not. */
  readonly campaignIds: readonly string[] | null;
}

export type Authentication =
  | ({ readonly kind: 'valid' } & Authenticated)
  /** No such key, or the wrong secret: the two must look alike. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'expired' }
  | { readonly kind: 'revoked' };

/** Compared with when no row was found, so that a missing key takes as long as a wrong secret. */
const NO_HASH = hashApiKeySecret('');

/**
 * Makes a key for a user.
 * @returns its UUID and the whole key; the key can never be read again.
 * @param key.campaignIds UUIDs of the only campaigns that are open to it, looked up by the caller: campaigns belong to
 *   a catalog. Without them the key is not restricted.
 * @throws when the organization has no such user, `scopes` is empty or has an unknown name, or `campaignIds` is empty.
 */
export async function createApiKey(
  db: Db | Trx,
  key: {
    readonly organizationId: string;
    readonly userId: string;
    readonly name: string;
    readonly scopes: readonly string[];
    readonly expiresAt?: Date;
    readonly campaignIds?: readonly string[];
  },
): Promise<{ readonly id: string; readonly key: string }> {
  assertScopes(key.scopes);
  if (key.campaignIds?.length === 0) throw new Error('a key that is restricted to campaigns needs one');
  const id = newId();
  const secret = createApiKeySecret();
  // Taken from the user's row, so that no key can join one organization with another's user.
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('api_key')
    .columns([
      'id',
      'organization_id',
      'user_id',
      'name',
      'secret_hash',
      'scopes',
      'campaign_ids',
      'date_expires',
    ])
    .expression((eb) =>
      eb
        .selectFrom('user_account')
        .select([
          sql<string>`${id}::uuid`.as('id'),
          'organization_id',
          'user_account.id as user_id',
          sql<string>`${key.name}::text`.as('name'),
          sql<Buffer>`${hashApiKeySecret(secret)}::bytea`.as('secret_hash'),
          sql<string[]>`${[...key.scopes]}::text[]`.as('scopes'),
          sql<string[] | null>`${key.campaignIds ? [...new Set(key.campaignIds)] : null}::uuid[]`.as(
            'campaign_ids',
          ),
          sql<Date | null>`${key.expiresAt ?? null}::timestamptz`.as('date_expires'),
        ])
        .where('organization_id', '=', key.organizationId)
        .where('user_account.id', '=', key.userId),
    )
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows !== 1n) throw new Error('the organization has no such user');
  return { id, key: formatApiKey({ id, secret }) };
}

/**
 * Who the key speaks for at `now`. Expired and revoked are told apart only for a caller who holds the secret.
 * @param text the key as the client sent it; anything may stand in it.
 */
export async function authenticate(db: Db, text: string, now: Date): Promise<Authentication> {
  const parts = parseApiKey(text);
  if (!parts) return { kind: 'unknown' };
  const row = await db.selectFrom('api_key').selectAll().where('id', '=', parts.id).executeTakeFirst();
  const matches = matchesApiKeySecret(parts.secret, row?.secret_hash ?? NO_HASH);
  if (!row || !matches) return { kind: 'unknown' };
  if (row.date_revoked) return { kind: 'revoked' };
  if (row.date_expires && row.date_expires <= now) return { kind: 'expired' };
  return {
    kind: 'valid',
    organizationId: row.organization_id,
    userId: row.user_id,
    apiKeyId: row.id,
    scopes: row.scopes,
    campaignIds: row.campaign_ids,
  };
}

/** The keys of an organization, oldest first, revoked and expired ones too; never their hashes. */
export function listApiKeys(db: Db | Trx, filter: { readonly organizationId: string }): Promise<ApiKeyRow[]> {
  return db
    .selectFrom('api_key')
    .select([
      'id',
      'organization_id',
      'user_id',
      'name',
      'scopes',
      'campaign_ids',
      'date_created',
      'date_expires',
      'date_revoked',
    ])
    .where('organization_id', '=', filter.organizationId)
    .orderBy('date_created')
    .orderBy('id')
    .execute();
}

/**
 * Ends a key for good, from the next request on.
 * @returns false when the organization has no such key; true also when it was revoked before (the date stays).
 */
export async function revokeApiKey(
  db: Db | Trx,
  key: { readonly organizationId: string; readonly id: string },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('api_key')
    .set({ date_revoked: sql<Date>`coalesce(date_revoked, now())` })
    .where('organization_id', '=', key.organizationId)
    .where('id', '=', key.id)
    .executeTakeFirstOrThrow();
  return numUpdatedRows === 1n;
}

function assertScopes(scopes: readonly string[]): void {
  const known: readonly string[] = API_KEY_SCOPES;
  const unknown = scopes.filter((scope) => !known.includes(scope));
  if (unknown.length > 0)
    throw new Error(`unknown scope ${unknown.join(', ')}: one of ${API_KEY_SCOPES.join(', ')}`);
  if (scopes.length === 0) throw new Error(`an API key needs a scope: one of ${API_KEY_SCOPES.join(', ')}`);
}
