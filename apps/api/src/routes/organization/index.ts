import { Type } from '@sinclair/typebox';
import { type Catalog, decodeId, ID_PREFIX } from '@winnow/catalog';
import { type Db, findOrganization } from '@winnow/db';
import { pickFields, readFields } from '@winnow/records';
import type { ApiInstance } from '../../app-types.ts';
import { callerOf } from '../../caller.ts';
import { notFound } from '../../refusal.ts';
import { FieldsParameter } from '../../wire/paging.ts';
import { defineSchema, IdParams, withRefusals } from '../../wire/schemas.ts';
import { loadOrganizationWithUsers } from './load.ts';
import { organizationWithUsersSchema } from './schema.ts';

/** Names of `_expand`, as Close has them: lists of memberships that show the user as an object of its own. */
const EXPANDS_USERS = 'memberships__user';

const OrganizationQuery = Type.Object({
  _fields: FieldsParameter,
  _expand: Type.Optional(
    Type.Union([Type.String(), Type.Array(Type.String())], {
      description: `\`${EXPANDS_USERS}\`: memberships show the user as \`user\` instead of in fields \`user_…\`. Other names are ignored.`,
      examples: [`${EXPANDS_USERS},inactive_memberships__user`],
    }),
  ),
});

/** One's own organization; any other is like a missing one. */
export function registerOrganizationRoute(
  app: ApiInstance,
  { db, catalog }: { readonly db: Db; readonly catalog: Catalog },
): void {
  const answer = defineSchema(app, 'Organization', organizationWithUsersSchema(catalog));
  app.get(
    '/organization/:id/',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['Organization'],
        summary: 'Look at one’s own organization: users, statuses, pipelines',
        params: IdParams,
        querystring: OrganizationQuery,
        response: withRefusals({ 200: answer }),
      },
    },
    async (request) => {
      const { organizationId } = callerOf(request);
      const isOwn = decodeId(ID_PREFIX.organization, request.params.id) === organizationId;
      const organization = isOwn ? await findOrganization(db, organizationId) : undefined;
      if (!organization) throw notFound('organization');
      const picked = readFields(request.query._fields);
      // The same form as `_fields`: names separated by commas, or the parameter several times.
      const expanded = readFields(request.query._expand).names?.has(EXPANDS_USERS) ?? false;
      const scope = { db, catalog, organizationId };
      return pickFields(await loadOrganizationWithUsers(scope, organization, { picked, expanded }), picked);
    },
  );
}
