import { Type } from '@sinclair/typebox';
import { type Catalog, decodeId, ID_PREFIX } from '@winnow/catalog';
import { type Db, findSavedSearch, listSavedSearches } from '@winnow/db';
import { pickFields, readFields } from '@winnow/records';
import {
  changeSavedSearch,
  createSavedSearch,
  removeSavedSearch,
  type SavedSearchScope,
} from '@winnow/search';
import type { FastifyRequest } from 'fastify';
import type { ApiInstance } from '../../app-types.ts';
import { callerOf } from '../../caller.ts';
import { invalid, notFound } from '../../refusal.ts';
import { resourceIdOf } from '../../resource-id.ts';
import { FieldsQuery, PageQuery, presentPage, readPage, withOneMore } from '../../wire/paging.ts';
import {
  defineSchema,
  EmptySchema,
  IdParams,
  pageOf,
  withBodyRefusals,
  withRefusals,
} from '../../wire/schemas.ts';
import { presentSavedSearch } from './present.ts';
import { readGivenQuery, readSavedFields, readType } from './read-body.ts';
import { createSchema, SavedSearchSchema, updateSchema } from './schema.ts';

const PATH = '/saved_search/';
const WHAT = 'saved search';

/** Saved searches (reference, section 6): queries under a name, which other queries may name. */
export function registerSavedSearchRoutes(
  app: ApiInstance,
  { db, catalog }: { readonly db: Db; readonly catalog: Catalog },
): void {
  const tags = ['Saved search'];
  const answer = defineSchema(app, 'SavedSearch', SavedSearchSchema);
  const scopeOf = (request: FastifyRequest): SavedSearchScope => {
    const { organizationId, userId } = callerOf(request);
    return { catalog, organizationId, userId };
  };

  app.post(
    PATH,
    {
      config: { scope: 'write' },
      schema: {
        tags,
        summary: 'Keep a query under a name',
        body: createSchema(catalog),
        response: withBodyRefusals({ 200: answer }),
      },
    },
    async (request) => {
      const fields = {
        ...readSavedFields(catalog, request.body),
        id: resourceIdOf(request),
        name: request.body.name.trim(),
      };
      const given = readGivenQuery(request.body);
      if (given === undefined) {
        throw invalid({ s_query: 'A saved search needs a query: "s_query", or "query" as text.' });
      }
      return presentSavedSearch(catalog, await createSavedSearch(db, scopeOf(request), fields, given));
    },
  );

  app.get(
    PATH,
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'List the saved searches that are shared or your own, oldest first',
        querystring: Type.Object({
          type: Type.Optional(Type.String({ description: 'Only those that find objects of this type.' })),
          ...PageQuery.properties,
        }),
        response: withRefusals({ 200: pageOf(answer) }),
      },
    },
    async (request) => {
      const { type, _fields } = request.query;
      const page = readPage(request.query);
      const picked = readFields(_fields);
      const rows = await listSavedSearches(db, callerOf(request), {
        ...withOneMore(page),
        ...(type === undefined ? {} : { objectType: readType(catalog, type) }),
      });
      return presentPage(rows, page, (row) => pickFields(presentSavedSearch(catalog, row), picked));
    },
  );

  app.get(
    `${PATH}:id/`,
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Look at one saved search',
        params: IdParams,
        querystring: FieldsQuery,
        response: withRefusals({ 200: answer }),
      },
    },
    async (request) => {
      const row = await findSavedSearch(db, callerOf(request), idOf(request.params.id));
      if (!row) throw notFound(WHAT);
      return pickFields(presentSavedSearch(catalog, row), readFields(request.query._fields));
    },
  );

  app.put(
    `${PATH}:id/`,
    {
      config: { scope: 'write' },
      schema: {
        tags,
        summary: 'Change a saved search of your own: only what the body names',
        params: IdParams,
        body: updateSchema(catalog),
        response: withBodyRefusals({ 200: answer }),
      },
    },
    async (request) => {
      const fields = readSavedFields(catalog, request.body);
      const given = readGivenQuery(request.body);
      const id = idOf(request.params.id);
      const row = await changeSavedSearch(db, scopeOf(request), id, { fields, given });
      if (!row) throw notFound(WHAT);
      return presentSavedSearch(catalog, row);
    },
  );

  app.delete(
    `${PATH}:id/`,
    {
      config: { scope: 'delete' },
      schema: {
        tags,
        summary: 'Delete a saved search of your own that no other uses',
        params: IdParams,
        response: withBodyRefusals({ 200: EmptySchema }),
      },
    },
    async (request) => {
      const gone = await removeSavedSearch(db, scopeOf(request), idOf(request.params.id));
      if (!gone) throw notFound(WHAT);
      return {};
    },
  );
}

function idOf(text: string): string {
  const id = decodeId(ID_PREFIX.savedSearch, text);
  if (id === undefined) throw notFound(WHAT);
  return id;
}
