import { decodeId, ID_PREFIX } from '@winnow/catalog';
import { type EventLogDeps, findEvent, listEvents } from '@winnow/event-log';
import { pickFields, readFields } from '@winnow/records';
import type { ApiInstance } from '../../app-types.ts';
import { callerOf } from '../../caller.ts';
import { notFound } from '../../refusal.ts';
import { FieldsQuery } from '../../wire/paging.ts';
import { defineSchema, IdParams, withRefusals } from '../../wire/schemas.ts';
import { foreignCursor, readCursor, writeCursor } from './cursor.ts';
import { readEventFilter } from './filter.ts';
import { eventListSchema, eventQuerySchema, eventSchema, MAX_EVENTS } from './schema.ts';

const PATH = '/event/';

/** The event log: what happened to which object, on whose behalf (reference, 5.1). */
export function registerEventRoutes(app: ApiInstance, deps: EventLogDeps): void {
  const { catalog } = deps;
  const tags = ['Event'];
  const answer = defineSchema(app, 'Event', eventSchema(catalog));

  app.get(
    PATH,
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'List events, newest first',
        querystring: eventQuerySchema(catalog),
        response: withRefusals({ 200: eventListSchema(answer) }),
      },
    },
    async (request) => {
      const { _limit: limit = MAX_EVENTS, _cursor: cursor, _fields: fields, ...filters } = request.query;
      const picked = readFields(fields);
      const page = await listEvents(deps, {
        organizationId: callerOf(request).organizationId,
        filter: readEventFilter(catalog, filters),
        limit,
        cursor: readCursor(catalog, cursor),
      });
      if (!page) throw foreignCursor();
      return {
        data: page.events.map((event) => pickFields(event, picked)),
        cursor_next: writeCursor(page.next),
        cursor_previous: writeCursor(page.previous),
      };
    },
  );

  app.get(
    `${PATH}:id/`,
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Look at one event',
        params: IdParams,
        querystring: FieldsQuery,
        response: withRefusals({ 200: answer }),
      },
    },
    async (request) => {
      const id = decodeId(ID_PREFIX.event, request.params.id);
      const { organizationId } = callerOf(request);
      const event = id === undefined ? undefined : await findEvent(deps, { organizationId, id });
      if (!event) throw notFound('event');
      return pickFields(event, readFields(request.query._fields));
    },
  );
}
