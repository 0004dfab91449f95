import { decodeId, ID_PREFIX } from '@winnow/catalog';
import { type Db, findUser, listUserPage } from '@winnow/db';
import { pickFields, readFields } from '@winnow/records';
import type { ApiInstance } from '../../app-types.ts';
import { callerOf } from '../../caller.ts';
import { notFound } from '../../refusal.ts';
import { FieldsQuery, PageQuery, presentPage, readPage, withOneMore } from '../../wire/paging.ts';
import { defineSchema, IdParams, pageOf, withRefusals } from '../../wire/schemas.ts';
import { presentUser } from './present.ts';
import { UserSchema } from './schema.ts';

const TAGS = ['User'];

/** The users of one's own organization, whom references in objects and events name. They are made on the command line. */
export function registerUserRoutes(app: ApiInstance, { db }: { readonly db: Db }): void {
  const answer = defineSchema(app, 'User', UserSchema);

  app.get(
    '/user/',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'List the users of the organization, oldest first',
        querystring: PageQuery,
        response: withRefusals({ 200: pageOf(answer) }),
      },
    },
    async (request) => {
      const page = readPage(request.query);
      const picked = readFields(request.query._fields);
      const { organizationId } = callerOf(request);
      const rows = await listUserPage(db, { organizationId, ...withOneMore(page) });
      return presentPage(rows, page, (row) => pickFields(presentUser(row), picked));
    },
  );

  app.get(
    '/user/:id/',
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'Look at one user',
        params: IdParams,
        querystring: FieldsQuery,
        response: withRefusals({ 200: answer }),
      },
    },
    async (request) => {
      const id = decodeId(ID_PREFIX.user, request.params.id);
      const { organizationId } = callerOf(request);
      const user = id === undefined ? undefined : await findUser(db, { organizationId, id });
      if (!user) throw notFound('user');
      return pickFields(presentUser(user), readFields(request.query._fields));
    },
  );
}
