import { Type } from '@sinclair/typebox';
import type { Catalog } from '@winnow/catalog';
import { MembershipSchema } from '../organization/membership.ts';
import { organizationSchema } from '../organization/schema.ts';
import { USER_PROPERTIES } from '../user/schema.ts';

export function meSchema(catalog: Catalog) {
  return Type.Object({
    ...USER_PROPERTIES,
    organizations: Type.Array(organizationSchema(catalog), { minItems: 1, maxItems: 1 }),
    memberships: Type.Array(MembershipSchema, { minItems: 1, maxItems: 1 }),
    email_accounts: Type.Array(Type.Never()),
    phone_numbers: Type.Array(Type.Never()),
    last_used_timezone: Type.Null(),
  });
}
