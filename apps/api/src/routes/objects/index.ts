import { type ObjectType, objectTypesIn, tableOf } from '@winnow/catalog';
import { hasRoutes, loadObject, presentObject, readFields } from '@winnow/records';
import type { ApiInstance } from '../../app-types.ts';
import { documentOnly } from '../../plugins/validation.ts';
import { notFound } from '../../refusal.ts';
import { FieldsQuery } from '../../wire/paging.ts';
import { IdParams, withBodyRefusals, withRefusals } from '../../wire/schemas.ts';
import { loadContext, type ObjectRouteDeps } from './context.ts';
import { createOnce, readBack } from './create-once.ts';
import { registerDeleteRoute } from './delete.ts';
import { idOf } from './id-of.ts';
import { registerListRoute } from './list.ts';
import { readPatch } from './read-body.ts';
import { answerOf, bodyOf, defineObjectSchemas } from './schema.ts';
import { scopeOf } from './scope-of.ts';
import { sharedParent } from './shared-parent.ts';
import { patchObject } from './write.ts';

/** The routes of every object type that has a path, and of every table that several of them share. */
export function registerObjectRoutes(app: ApiInstance, deps: ObjectRouteDeps): void {
  const { catalog } = deps.engine;
  defineObjectSchemas(app, catalog);
  for (const type of Object.values(catalog.objectTypes).filter(hasRoutes)) {
    registerListRoute(app, deps, { path: `/${type.path}/`, types: [type], label: type.label.many });
    registerWriteRoutes(app, deps, type);
    registerReadRoute(app, deps, type);
    if (type.bulkName !== undefined) registerDeleteRoute(app, deps.engine, type);
  }
  for (const table of Object.values(catalog.tables)) {
    const types = objectTypesIn(catalog, table.name).filter(hasRoutes);
    const parent = types.length > 1 ? sharedParent(types.map(({ path }) => path)) : undefined;
    if (tableOf(catalog, table.name).typeColumn === undefined || parent === undefined) continue;
    registerListRoute(app, deps, {
      path: `/${parent}/`,
      types,
      label: `objects of all types below ${parent}`,
    });
  }
}

function registerReadRoute(
  app: ApiInstance,
  deps: ObjectRouteDeps,
  type: ObjectType & { readonly path: string },
): void {
  app.get(
    `/${type.path}/:id/`,
    {
      config: scopeOf('read', [type]),
      schema: {
        tags: [type.path],
        summary: `Look at one ${type.label.one}`,
        params: IdParams,
        querystring: FieldsQuery,
        response: withRefusals({ 200: answerOf(type) }),
      },
    },
    async (request) => {
      const id = idOf(type, request.params.id);
      const picked = readFields(request.query._fields);
      const context = await loadContext(deps, request);
      const tree = await loadObject(deps.engine.db, context, type, id, picked);
      if (!tree) throw notFound(type.label.one);
      return presentObject(context, tree, picked);
    },
  );
}

function registerWriteRoutes(
  app: ApiInstance,
  deps: ObjectRouteDeps,
  type: ObjectType & { readonly path: string },
): void {
  const { db } = deps.engine;
  const answer = answerOf(type);

  app.post(
    `/${type.path}/`,
    {
      config: scopeOf('write', [type]),
      schema: {
        tags: [type.path],
        summary: `Add a ${type.label.one}`,
        body: documentOnly(bodyOf(type, 'create')),
        response: withBodyRefusals({ 200: answer }),
      },
    },
    async (request) => createOnce(db, await loadContext(deps, request), type, request),
  );

  app.put(
    `/${type.path}/:id/`,
    {
      config: scopeOf('write', [type]),
      schema: {
        tags: [type.path],
        summary: `Change a ${type.label.one}: only what the body names`,
        params: IdParams,
        body: documentOnly(bodyOf(type, 'patch')),
        response: withBodyRefusals({ 200: answer }),
      },
    },
    async (request) => {
      const id = idOf(type, request.params.id);
      const context = await loadContext(deps, request);
      const body = readPatch(context, type, id, request.body);
      return patchObject(db, context, body, (trx) => readBack(trx, context, type, id));
    },
  );
}
