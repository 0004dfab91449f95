import { encodeId, ID_PREFIX } from '@winnow/catalog';
import type { JsonObject, UserRow } from '@winnow/db';
import { presentMoment } from '@winnow/records';

/** A user as Close shows one to other users; what Winnow does not keep (`image`, `date_updated`) is null. */
export function presentUser(user: UserRow): JsonObject {
  return {
    id: encodeId(ID_PREFIX.user, user.id),
    email: user.email,
    first_name: user.first_name,
    last_name: user.last_name,
    display_name: fullNameOf(user),
    image: null,
    organizations: [encodeId(ID_PREFIX.organization, user.organization_id)],
    date_created: presentMoment(user.date_created),
    date_updated: null,
  };
}

/** What people call the user. Somebody without a name has an address. */
export function fullNameOf({ first_name, last_name, email }: UserRow): string {
  return `${first_name} ${last_name}`.trim() || email;
}
