import type { Catalog } from '@winnow/catalog';
import { type Db, findOrganization, findUser } from '@winnow/db';
import { isPicked, type PickedFields, pickFields, readFields } from '@winnow/records';
import type { ApiInstance } from '../../app-types.ts';
import { callerOf } from '../../caller.ts';
import { notFound } from '../../refusal.ts';
import { FieldsQuery } from '../../wire/paging.ts';
import { withRefusals } from '../../wire/schemas.ts';
import { loadOrganization } from '../organization/load.ts';
import { presentMe } from './present.ts';
import { meSchema } from './schema.ts';

const EVERYTHING: PickedFields = { names: undefined };
const NOTHING: PickedFields = { names: new Set() };

/** The user whom the key speaks for: what clients ask first, to learn their organization's id (reference, 4.1). */
export function registerMeRoute(
  app: ApiInstance,
  { db, catalog }: { readonly db: Db; readonly catalog: Catalog },
): void {
  app.get(
    '/me/',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['User'],
        summary: 'The user of this API key',
        querystring: FieldsQuery,
        response: withRefusals({ 200: meSchema(catalog) }),
      },
    },
    async (request) => {
      const { organizationId, userId } = callerOf(request);
      const picked = readFields(request.query._fields);
      const [user, organization] = await Promise.all([
        findUser(db, { organizationId, id: userId }),
        findOrganization(db, organizationId),
      ]);
      if (!user || !organization) throw notFound('user');
      const shown = await loadOrganization(
        { db, catalog, organizationId },
        organization,
        isPicked(picked, 'organizations') ? EVERYTHING : NOTHING,
      );
      return pickFields(presentMe(user, shown), picked);
    },
  );
}
