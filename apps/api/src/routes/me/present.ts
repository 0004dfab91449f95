import { presentMoment } from '@winnow/bulk-delete';
import { encodeId, ID_PREFIX } from '@winnow/catalog';
import type { JsonObject, OrganizationRow, UserRow } from '@winnow/db';

/** Not a record of ours: a user belongs to one organization, so a membership has the user's own 128 bits. */
const MEMBERSHIP_PREFIX = 'memb';

/** The user with `organizations` and `memberships`. There are no roles: what may be done is the key's matter. */
export function presentMe(user: UserRow, organization: OrganizationRow): JsonObject {
  const id = encodeId(ID_PREFIX.user, user.id);
  const organizationId = encodeId(ID_PREFIX.organization, organization.id);
  return {
    id,
    email: user.email,
    first_name: user.first_name,
    last_name: user.last_name,
    display_name: `${user.first_name} ${user.last_name}`.trim(),
    date_created: presentMoment(user.date_created),
    organizations: [{ id: organizationId, name: organization.name }],
    memberships: [
      {
        id: encodeId(MEMBERSHIP_PREFIX, user.id),
        organization_id: organizationId,
        user_id: id,
        role_id: null,
      },
    ],
  };
}
