import { type TProperties, Type } from '@sinclair/typebox';
import type { Catalog } from '@winnow/catalog';
import { rootIdName } from '@winnow/event-log';
import { FieldsParameter } from '../../wire/paging.ts';
import { nullable } from '../../wire/schemas.ts';
import { filterParameters } from './filter.ts';

/** Close's bound (reference, 4.3). */
export const MAX_EVENTS = 50;

export function eventSchema(catalog: Catalog) {
  const rootId = rootIdName(catalog);
  return Type.Object(
    {
      id: Type.String({ examples: ['ev_0351xg1euRxkKaxaiJxEHV'] }),
      object_type: Type.String({ examples: ['bulk_action.delete'] }),
      object_id: Type.String(),
      action: Type.String({ examples: ['deleted', 'completed'] }),
      ...(rootId === undefined ? {} : { [rootId]: nullable(Type.String()) }),
      organization_id: Type.String(),
      user_id: nullable(Type.String()),
      api_key_id: nullable(Type.String()),
      request_id: nullable(Type.String()),
      date_created: Type.String({ description: 'UTC, without an offset.' }),
      date_updated: Type.String({ description: 'UTC, without an offset.' }),
      changed_fields: Type.Array(Type.String()),
      data: nullable(
        Type.Record(Type.String(), Type.Unknown(), {
          description: 'The object as it was after it; null when it is gone.',
        }),
      ),
      previous_data: nullable(
        Type.Record(Type.String(), Type.Unknown(), {
          description:
            'For a deletion the object as it was, for a change the old values of the changed fields.',
        }),
      ),
      meta: Type.Record(Type.String(), Type.Unknown(), {
        description:
          '`bulk_action_id` where a bulk action caused it, `request_method` and `request_path` of the request.',
      }),
    },
    { additionalProperties: true },
  );
}

export function eventListSchema(event: ReturnType<typeof Type.Unsafe>) {
  return Type.Object({
    data: Type.Array(event),
    cursor_next: nullable(Type.String({ description: 'To older events; null when there are none.' })),
    cursor_previous: nullable(
      Type.String({ description: 'To newer events. Ask again with it later to see what has come since.' }),
    ),
  });
}

/** The query string of the list. */
export function eventQuerySchema(catalog: Catalog) {
  const filters: TProperties = Object.fromEntries(
    Object.entries(filterParameters(catalog)).map(([name, description]) => [
      name,
      // An empty one would show events that were not asked for.
      Type.Optional(Type.String({ minLength: 1, description })),
    ]),
  );
  return Type.Object({
    ...filters,
    _limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_EVENTS,
        default: MAX_EVENTS,
        description: 'Most events in the answer.',
      }),
    ),
    _cursor: Type.Optional(
      Type.String({ description: '`cursor_next` or `cursor_previous` of an answer before.' }),
    ),
    _fields: FieldsParameter,
  });
}
