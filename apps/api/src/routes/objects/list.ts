import { Type } from '@sinclair/typebox';
import type { ObjectType } from '@winnow/catalog';
import { type ColumnEquals, type JsonObject, listObjects } from '@winnow/db';
import {
  loadObjects,
  loadParts,
  type PickedFields,
  presentObject,
  readFields,
  wantedFields,
} from '@winnow/records';
import { searchByText } from '@winnow/search';
import type { FastifyRequest } from 'fastify';
import type { ApiInstance } from '../../app-types.ts';
import { type Page, PageQuery, presentPage, readPage, withOneMore } from '../../wire/paging.ts';
import { pageOf, withRefusals } from '../../wire/schemas.ts';
import { readTimeZone, TimeZoneHeaders } from '../../wire/time-zone.ts';
import { loadContext, type ObjectRouteDeps } from './context.ts';
import { filterFields, filterSchema, readFilters } from './filters.ts';
import { answerOf } from './schema.ts';
import { scopeOf } from './scope-of.ts';

const TextQuery = Type.Optional(
  Type.String({
    description:
      'Only objects that satisfy this query in the legacy text language; `sort:` in it orders them.',
    examples: ['created > "2026-01-01" sort:-created'],
  }),
);

/** A list of one object type, or of several that share a table. Only the former takes `query`. */
export function registerListRoute(
  app: ApiInstance,
  deps: ObjectRouteDeps,
  list: { readonly path: string; readonly types: readonly ObjectType[]; readonly label: string },
): void {
  const { catalog } = deps.engine;
  const filters = filterFields(list.types);
  const items = list.types.map(answerOf);
  const [first, ...others] = list.types;
  const searched = others.length === 0 ? first : undefined;
  const page = pageOf(items.length > 1 ? Type.Union(items) : (items[0] ?? Type.Never()));
  app.get(
    list.path,
    {
      config: scopeOf('read', list.types),
      schema: {
        tags: [list.path.slice(1, -1)],
        summary: `List ${list.label}, newest first`,
        headers: TimeZoneHeaders,
        querystring: Type.Object({
          ...filterSchema(filters),
          ...(searched === undefined ? {} : { query: TextQuery }),
          ...PageQuery.properties,
        }),
        response: withRefusals({ 200: searched === undefined ? page : withTotal(page) }),
      },
    },
    async (request) => {
      const { query: text, ...filtering } = request.query;
      const asked = {
        page: readPage(request.query),
        picked: readFields(request.query._fields),
        equals: readFilters(catalog, filters, searched === undefined ? request.query : filtering),
      };
      return searched === undefined || text === undefined
        ? answerList(deps, request, list.types, asked)
        : answerText(deps, request, searched, {
            ...asked,
            text: String(text),
            tzOffsetMinutes: readTimeZone(request.headers),
          });
    },
  );
}

interface AskedList {
  readonly page: Page;
  readonly picked: PickedFields;
  readonly equals: readonly ColumnEquals[];
}

async function answerList(
  deps: ObjectRouteDeps,
  request: FastifyRequest,
  types: readonly ObjectType[],
  { page, picked, equals }: AskedList,
): Promise<JsonObject> {
  const { db } = deps.engine;
  const context = await loadContext(deps, request);
  const rows = await listObjects(
    db,
    { ...context, types },
    { ...withOneMore(page), equals, wanted: wantedFields(picked) },
  );
  const trees = await loadParts(db, context, rows.slice(0, page.limit), picked);
  return {
    ...presentPage(trees, page, (tree) => presentObject(context, tree, picked)),
    has_more: rows.length > page.limit,
  };
}

/** A list that a text narrows also says how many there are (reference, section 3). */
async function answerText(
  deps: ObjectRouteDeps,
  request: FastifyRequest,
  type: ObjectType,
  { page, picked, equals, ...asked }: AskedList & { readonly text: string; readonly tzOffsetMinutes: number },
): Promise<JsonObject> {
  const { db, catalog } = deps.engine;
  const context = await loadContext(deps, request);
  const { items, total } = await searchByText(
    { db, settings: deps.search },
    { catalog, organizationId: context.tenantId, userId: context.userId },
    {
      ...page,
      ...asked,
      path: 'query',
      objectType: type.name,
      equals,
      at: deps.clock(),
    },
    async (trx, objects) => {
      const ids = objects.map(({ id }) => id);
      const trees = await loadObjects(trx, context, type, ids, picked);
      return trees.map((tree) => presentObject(context, tree, picked));
    },
  );
  return { data: items, has_more: page.skip + items.length < total, total_results: total };
}

function withTotal(page: ReturnType<typeof pageOf>) {
  const total = Type.Integer({ minimum: 0, description: 'On all pages; only with `query`.' });
  return Type.Object({ ...page.properties, total_results: Type.Optional(total) });
}
