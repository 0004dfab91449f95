import type { JsonObject, UserRow } from '@winnow/db';
import { presentMembership } from '../organization/membership.ts';
import { presentUser } from '../user/present.ts';

/** The user as Close shows one to oneself: with whole organizations, and how one belongs to them. */
export function presentMe(user: UserRow, organization: JsonObject): JsonObject {
  return {
    ...presentUser(user),
    organizations: [organization],
    memberships: [presentMembership(user)],
    email_accounts: [],
    phone_numbers: [],
    last_used_timezone: null,
  };
}
