import { Type } from '@sinclair/typebox';
import type { ObjectType } from '@winnow/catalog';
import { listObjects } from '@winnow/db';
import type { ApiInstance } from '../../app-types.ts';
import { PageQuery, presentPage, readPage, withOneMore } from '../../wire/paging.ts';
import { readFields } from '../../wire/picked-fields.ts';
import { pageOf, withRefusals } from '../../wire/schemas.ts';
import { loadContext, type ObjectRouteDeps } from './context.ts';
import { filterFields, filterSchema, readFilters } from './filters.ts';
import { loadParts, wantedFields } from './load.ts';
import { presentObject } from './present.ts';
import { answerOf } from './schema.ts';

/** A list of one object type, or of several that share a table. */
export function registerListRoute(
  app: ApiInstance,
  deps: ObjectRouteDeps,
  list: { readonly path: string; readonly types: readonly ObjectType[]; readonly label: string },
): void {
  const { catalog, db } = deps.engine;
  const filters = filterFields(list.types);
  const items = list.types.map(answerOf);
  app.get(
    list.path,
    {
      config: { scope: 'read' },
      schema: {
        tags: [list.path.slice(1, -1)],
        summary: `List ${list.label}, newest first`,
        querystring: Type.Object({ ...filterSchema(filters), ...PageQuery.properties }),
        response: withRefusals({
          200: pageOf(items.length > 1 ? Type.Union(items) : (items[0] ?? Type.Never())),
        }),
      },
    },
    async (request) => {
      const page = readPage(request.query);
      const picked = readFields(request.query._fields);
      const equals = readFilters(catalog, filters, request.query);
      const context = await loadContext(deps, request);
      const rows = await listObjects(
        db,
        { ...context, types: list.types },
        { ...withOneMore(page), equals, wanted: wantedFields(picked) },
      );
      const trees = await loadParts(db, context, rows.slice(0, page.limit), picked);
      return {
        ...presentPage(trees, page, (tree) => presentObject(context, tree, picked)),
        has_more: rows.length > page.limit,
      };
    },
  );
}
