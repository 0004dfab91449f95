import { type Db, findOrganization, findUser } from '@winnow/db';
import type { ApiInstance } from '../../app-types.ts';
import { callerOf } from '../../caller.ts';
import { notFound } from '../../refusal.ts';
import { FieldsQuery } from '../../wire/paging.ts';
import { pickFields, readFields } from '../../wire/picked-fields.ts';
import { withRefusals } from '../../wire/schemas.ts';
import { presentMe } from './present.ts';
import { MeSchema } from './schema.ts';

/** The user whom the key speaks for: what clients ask first, to learn their organization's id (reference, 4.1). */
export function registerMeRoute(app: ApiInstance, { db }: { readonly db: Db }): void {
  app.get(
    '/me/',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['User'],
        summary: 'The user of this API key',
        querystring: FieldsQuery,
        response: withRefusals({ 200: MeSchema }),
      },
    },
    async (request) => {
      const { organizationId, userId } = callerOf(request);
      const [user, organization] = await Promise.all([
        findUser(db, { organizationId, id: userId }),
        findOrganization(db, organizationId),
      ]);
      if (!user || !organization) throw notFound('user');
      return pickFields(presentMe(user, organization), readFields(request.query._fields));
    },
  );
}
