import { decodeId, encodeId, ID_PREFIX } from '@winnow/catalog';
import {
  type Db,
  findOrganization,
  listOrganizations,
  listUsers,
  type OrganizationRow,
  type UserRow,
} from '@winnow/db';
import { CommandFailure } from '../command-failure.ts';

/** The option that every command takes which works for one organization. */
export const ORGANIZATION_OPTION = [
  '--organization <id>',
  'the organization; may be left out when there is only one',
] as const;

/**
 * The organization that a command is for.
 * @param given the option's value, `orga_…` or a UUID.
 * @throws CommandFailure when there is none such, or none was given and there is not exactly one.
 */
export async function chooseOrganization(db: Db, given: string | undefined): Promise<OrganizationRow> {
  if (given !== undefined) {
    const id = decodeId(ID_PREFIX.organization, given);
    const organization = id === undefined ? undefined : await findOrganization(db, id);
    if (!organization) throw new CommandFailure(`There is no organization ${given}.`);
    return organization;
  }
  const [first, second] = await listOrganizations(db);
  if (!first)
    throw new CommandFailure(
      'There is no organization yet; "winnow organizations create" makes one, and "winnow up" the first.',
    );
  if (second) {
    const ids = (await listOrganizations(db)).map(
      ({ id, name }) => `\n  ${encodeId(ID_PREFIX.organization, id)}  ${name}`,
    );
    throw new CommandFailure(`Choose one with --organization:${ids.join('')}`);
  }
  return first;
}

/**
 * The user in whose name a command works: the organization's first unless given.
 * @param given the option's value: `user_…`, a UUID or an e-mail address.
 * @throws CommandFailure when there is none such.
 */
export async function chooseUser(
  db: Db,
  organizationId: string,
  given: string | undefined,
): Promise<UserRow> {
  const users = await listUsers(db, organizationId);
  const id = given === undefined ? undefined : decodeId(ID_PREFIX.user, given);
  const user = given === undefined ? users[0] : users.find((one) => one.id === id || one.email === given);
  if (user) return user;
  throw new CommandFailure(
    given === undefined ? 'The organization has no user.' : `The organization has no user ${given}.`,
  );
}
