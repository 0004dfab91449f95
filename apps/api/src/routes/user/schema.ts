import { Type } from '@sinclair/typebox';

/** What every form of a user has. */
export const USER_PROPERTIES = {
  id: Type.String({ examples: ['user_0351xg1euRxkKaxaiJxEHV'] }),
  email: Type.String(),
  first_name: Type.String(),
  last_name: Type.String(),
  display_name: Type.String({ description: 'The whole name; the e-mail address of a user without one.' }),
  image: Type.Null(),
  date_created: Type.String(),
  date_updated: Type.Null(),
};

export const UserSchema = Type.Object({
  ...USER_PROPERTIES,
  organizations: Type.Array(Type.String(), { description: 'Ids. A user belongs to one organization.' }),
});
