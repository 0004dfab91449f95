import { newId } from '@winnow/catalog';
import type { Selectable } from 'kysely';
import type { Db } from '../connection.ts';
import type { Database } from '../tables.ts';
import type { Trx } from '../transaction.ts';

export type OrganizationRow = Selectable<Database['organization']>;
export type UserRow = Selectable<Database['user_account']>;

/** Adds an organization. @returns its row; `id` is a plain UUID. */
export function createOrganization(
  db: Db | Trx,
  organization: { readonly name: string },
): Promise<OrganizationRow> {
  return db
    .insertInto('organization')
    .values({ id: newId(), name: organization.name })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Adds a user to an organization. @throws the foreign key's error when the organization does not exist. */
export function createUser(
  db: Db | Trx,
  user: {
    readonly organizationId: string;
    readonly email: string;
    readonly firstName: string;
    readonly lastName: string;
  },
): Promise<UserRow> {
  return db
    .insertInto('user_account')
    .values({
      id: newId(),
      organization_id: user.organizationId,
      email: user.email,
      first_name: user.firstName,
      last_name: user.lastName,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** The organization of this UUID, or undefined. */
export function findOrganization(db: Db | Trx, id: string): Promise<OrganizationRow | undefined> {
  return db.selectFrom('organization').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Every organization, oldest first: for the command line, which is not bound to one. */
export function listOrganizations(db: Db | Trx): Promise<OrganizationRow[]> {
  return db.selectFrom('organization').selectAll().orderBy('date_created').orderBy('id').execute();
}

/** The user of this UUID in this organization, or undefined. */
export function findUser(
  db: Db | Trx,
  user: { readonly organizationId: string; readonly id: string },
): Promise<UserRow | undefined> {
  return db
    .selectFrom('user_account')
    .selectAll()
    .where('organization_id', '=', user.organizationId)
    .where('id', '=', user.id)
    .executeTakeFirst();
}

/** The users of an organization, oldest first. */
export function listUsers(db: Db | Trx, organizationId: string): Promise<UserRow[]> {
  return db
    .selectFrom('user_account')
    .selectAll()
    .where('organization_id', '=', organizationId)
    .orderBy('date_created')
    .orderBy('id')
    .execute();
}

/** One page of the users of an organization, oldest first: ids are UUIDs of version 7. */
export function listUserPage(
  db: Db | Trx,
  page: { readonly organizationId: string; readonly limit: number; readonly skip: number },
): Promise<UserRow[]> {
  return db
    .selectFrom('user_account')
    .selectAll()
    .where('organization_id', '=', page.organizationId)
    .orderBy('id')
    .limit(page.limit)
    .offset(page.skip)
    .execute();
}

/** The users of this organization among these UUIDs, in any order. */
export function listUsersById(
  db: Db | Trx,
  users: { readonly organizationId: string; readonly ids: readonly string[] },
): Promise<UserRow[]> {
  return db
    .selectFrom('user_account')
    .selectAll()
    .where('organization_id', '=', users.organizationId)
    .where('id', '=', (eb) => eb.fn.any(eb.val([...users.ids])))
    .execute();
}

/** Which of these UUIDs are users of this organization. */
export async function findExistingUserIds(
  db: Db | Trx,
  users: { readonly organizationId: string; readonly ids: readonly string[] },
): Promise<ReadonlySet<string>> {
  if (users.ids.length === 0) return new Set();
  const rows = await db
    .selectFrom('user_account')
    .select('id')
    .where('organization_id', '=', users.organizationId)
    .where('id', '=', (eb) => eb.fn.any(eb.val([...users.ids])))
    .execute();
  return new Set(rows.map(({ id }) => id));
}
