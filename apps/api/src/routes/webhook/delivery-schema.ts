import { Type } from '@sinclair/typebox';
import { PageQuery } from '../../wire/paging.ts';
import { nullable } from '../../wire/schemas.ts';

const Status = Type.Union([
  Type.Literal('pending'),
  Type.Literal('delivered'),
  Type.Literal('failed'),
  Type.Literal('dropped'),
]);

export const DeliveriesQuery = Type.Object({
  ...PageQuery.properties,
  status: Type.Optional(Status),
});

/** A path with a subscription and one of its deliveries. */
export const DeliveryParams = Type.Object({
  id: Type.String({ description: 'The prefixed id of the subscription, or the plain UUID.' }),
  delivery_id: Type.String({ description: 'The prefixed id of the delivery, or the plain UUID.' }),
});

const AttemptSchema = Type.Object({
  attempt: Type.Integer(),
  date_started: Type.String(),
  took_ms: Type.Integer(),
  status_code: nullable(Type.Integer()),
  error: nullable(Type.String()),
  n_sent: Type.Integer(),
});

export const DeliverySchema = Type.Object(
  {
    id: Type.String({ examples: ['whdel_0351xg1euRxkKaxaiJxEHV'] }),
    subscription_id: Type.String(),
    status: Status,
    event_id: nullable(
      Type.String({ description: 'Null where it stands for several events: the records of a page.' }),
    ),
    bulk_action_id: nullable(Type.String({ description: 'The bulk delete whose records it is about.' })),
    page_no: nullable(Type.Integer()),
    object_types: Type.Array(Type.String()),
    action: Type.String(),
    n_events: Type.Integer({ description: 'Events it stands for; before its end, before filters.' }),
    n_sent: Type.Integer(),
    attempts: Type.Integer(),
    next_attempt: nullable(Type.String()),
    last_status_code: nullable(Type.Integer()),
    last_error: nullable(Type.String()),
    last_attempts: Type.Array(AttemptSchema, { description: 'Newest first.' }),
    date_created: Type.String(),
    date_finished: nullable(Type.String()),
  },
  { additionalProperties: true },
);

/** Of a POST that needs no body. */
export const NoBodySchema = Type.Object(
  {},
  { additionalProperties: true, description: 'Nothing is read of it.' },
);
