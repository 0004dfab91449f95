import { Type } from '@sinclair/typebox';

export const MeSchema = Type.Object({
  id: Type.String({ examples: ['user_0351xg1euRxkKaxaiJxEHV'] }),
  email: Type.String(),
  first_name: Type.String(),
  last_name: Type.String(),
  display_name: Type.String(),
  date_created: Type.String(),
  organizations: Type.Array(Type.Object({ id: Type.String(), name: Type.String() })),
  memberships: Type.Array(
    Type.Object({
      id: Type.String(),
      organization_id: Type.String(),
      user_id: Type.String(),
      role_id: Type.Null({ description: 'There are no roles: an API key carries its rights.' }),
    }),
  ),
});
