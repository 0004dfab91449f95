import { Type } from '@sinclair/typebox';
import { encodeId, ID_PREFIX } from '@winnow/catalog';
import type { JsonObject, UserRow } from '@winnow/db';
import { fullNameOf, presentUser } from '../user/present.ts';
import { UserSchema } from '../user/schema.ts';

/** Not a record of ours: a user belongs to one organization, so a membership has the user's own 128 bits. */
const MEMBERSHIP_PREFIX = 'memb';

/**
 * Close's id of its built-in role. There are no roles here, and every user may see and do everything: what narrows it
 * is the key. Close's own scripts refuse to run for any other role.
 */
const ROLE = 'admin';

/** What both forms of a membership have; what Winnow does not keep is false, or says that nobody has set it. */
export function presentMembership(user: UserRow): JsonObject {
  return {
    id: encodeId(MEMBERSHIP_PREFIX, user.id),
    organization_id: encodeId(ID_PREFIX.organization, user.organization_id),
    user_id: encodeId(ID_PREFIX.user, user.id),
    role_id: ROLE,
    permissions_granted: [],
    auto_record_calls: 'unset',
    track_email_opens: false,
  };
}

/** A membership in the lists of an organization: with the user in fields `user_…`, or with the user as an object. */
export function presentMember(user: UserRow, { expanded }: { readonly expanded: boolean }): JsonObject {
  const membership = presentMembership(user);
  if (expanded) return { ...membership, user: presentUser(user) };
  return {
    ...membership,
    user_email: user.email,
    user_first_name: user.first_name,
    user_last_name: user.last_name,
    user_full_name: fullNameOf(user),
    user_phone: null,
  };
}

const MEMBERSHIP_PROPERTIES = {
  id: Type.String({ examples: ['memb_0351xg1euRxkKaxaiJxEHV'] }),
  organization_id: Type.String(),
  user_id: Type.String(),
  role_id: Type.Literal(ROLE, { description: 'There are no roles: every user is an admin.' }),
  permissions_granted: Type.Array(Type.String()),
  auto_record_calls: Type.Literal('unset'),
  track_email_opens: Type.Literal(false),
};

export const MembershipSchema = Type.Object(MEMBERSHIP_PROPERTIES);

export const MemberSchema = Type.Union([
  Type.Object({
    ...MEMBERSHIP_PROPERTIES,
    user_email: Type.String(),
    user_first_name: Type.String(),
    user_last_name: Type.String(),
    user_full_name: Type.String(),
    user_phone: Type.Null(),
  }),
  Type.Object({ ...MEMBERSHIP_PROPERTIES, user: UserSchema }),
]);
