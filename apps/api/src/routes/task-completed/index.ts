import { Type } from '@sinclair/typebox';
import { type Catalog, findObjectType } from '@winnow/catalog';
import type { ApiInstance } from '../../app-types.ts';
import { PageQuery } from '../../wire/paging.ts';
import { pageOf, withRefusals } from '../../wire/schemas.ts';

/**
 * `GET /activity/task_completed/`: Close logs an activity when a task is completed, Winnow does not, so there are none.
 * Close's script that puts deleted leads back looks for those of the new lead, and would call each lead a failure if
 * the list were missing (reference, 8.3). A catalog without tasks has no such list.
 */
export function registerTaskCompletedRoute(app: ApiInstance, catalog: Catalog): void {
  if (!findObjectType(catalog, 'task')) return;
  app.get(
    '/activity/task_completed/',
    {
      config: { scope: 'read' },
      schema: {
        tags: ['activity/task_completed'],
        summary: 'Always empty: completing a task makes no activity',
        querystring: Type.Object({
          lead_id: Type.Optional(Type.String()),
          ...PageQuery.properties,
        }),
        response: withRefusals({ 200: pageOf(Type.Never()) }),
      },
    },
    async () => ({ data: [], has_more: false }),
  );
}
