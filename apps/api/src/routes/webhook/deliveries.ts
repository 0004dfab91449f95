import type { TSchema } from '@sinclair/typebox';
import { decodeId, ID_PREFIX } from '@winnow/catalog';
import { type DeliveryRow, findDelivery, listDeliveries, type WebhookSubscriptionRow } from '@winnow/db';
import { redeliver, sendPing } from '@winnow/notification';
import { QUEUES } from '@winnow/queue';
import { pickFields, readFields } from '@winnow/records';
import type { ApiInstance } from '../../app-types.ts';
import { callerOf } from '../../caller.ts';
import { documentOnly } from '../../plugins/validation.ts';
import { notFound, Refusal } from '../../refusal.ts';
import { resourceIdOf } from '../../resource-id.ts';
import { FieldsQuery, presentPage, readPage, withOneMore } from '../../wire/paging.ts';
import { defineSchema, IdParams, pageOf, refTo, withBodyRefusals, withRefusals } from '../../wire/schemas.ts';
import { findWebhook, TAGS, WEBHOOK_PATH, type WebhookContext } from './context.ts';
import { DeliveriesQuery, DeliveryParams, DeliverySchema, NoBodySchema } from './delivery-schema.ts';
import { presentDeliveries } from './present-delivery.ts';

const WHAT = 'delivery of this subscription';
const PATH = `${WEBHOOK_PATH}:id/deliveries/`;
/** Attempts that a list shows of each delivery. */
const LISTED_ATTEMPTS = 3;
/** A delivery is tried for three days at least every 20 minutes; this many are all of them, and more. */
const ALL_ATTEMPTS = 1000;

/** What was sent to a subscription and what came of it; sending it again, and a ping. */
export function registerDeliveryRoutes(app: ApiInstance, context: WebhookContext): void {
  const { db, doorbell } = context;
  const answer: TSchema = defineSchema(app, 'WebhookDelivery', DeliverySchema);

  app.get(
    PATH,
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'List the deliveries of a subscription, newest first',
        params: IdParams,
        querystring: DeliveriesQuery,
        response: withRefusals({ 200: pageOf(answer) }),
      },
    },
    async (request) => {
      const subscription = await findWebhook(db, request, request.params.id);
      const page = readPage(request.query);
      const { status, _fields } = request.query;
      const rows = await listDeliveries(db, {
        subscriptionId: subscription.id,
        status,
        ...withOneMore(page),
      });
      const shown = await presentDeliveries(context, subscription, rows, { attemptsEach: LISTED_ATTEMPTS });
      const picked = readFields(_fields);
      return presentPage(shown, page, (delivery) => pickFields(delivery, picked));
    },
  );

  app.get(
    `${PATH}:delivery_id/`,
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'Look at one delivery with all its attempts',
        params: DeliveryParams,
        querystring: FieldsQuery,
        response: withRefusals({ 200: answer }),
      },
    },
    async (request) => {
      const { id, delivery_id: deliveryId } = request.params;
      const subscription = await findWebhook(db, request, id);
      const row = await findDelivery(db, { subscriptionId: subscription.id, id: deliveryIdOf(deliveryId) });
      if (!row) throw notFound(WHAT);
      return pickFields(await present(subscription, row), readFields(request.query._fields));
    },
  );

  app.post(
    `${PATH}:delivery_id/redeliver/`,
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: 'Send a delivery again, under the same event ids',
        params: DeliveryParams,
        body: documentOnly(NoBodySchema),
        response: withBodyRefusals({
          202: answer,
          409: refTo('Error', 'The subscription is paused.'),
        }),
      },
    },
    async (request, reply) => {
      const { id, delivery_id: deliveryId } = request.params;
      const subscription = await findWebhook(db, request, id);
      if (subscription.status === 'paused') {
        const error =
          'This subscription is paused: set its status to "active" first. A ping is sent all the same.';
        throw new Refusal(409, { error });
      }
      const row = await redeliver(context, subscription, deliveryIdOf(deliveryId));
      if (!row) throw notFound(WHAT);
      await doorbell.ring(QUEUES.webhook, subscription.id);
      return reply.status(202).send(await present(subscription, row));
    },
  );

  app.post(
    `${WEBHOOK_PATH}:id/ping/`,
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: 'Send a ping to a subscription, paused or not, and do not try it again',
        params: IdParams,
        body: documentOnly(NoBodySchema),
        response: withBodyRefusals({ 202: answer }),
      },
    },
    async (request, reply) => {
      const subscription = await findWebhook(db, request, request.params.id);
      const { organizationId, userId, apiKeyId } = callerOf(request);
      const row = await sendPing(db, {
        organizationId,
        userId,
        apiKeyId,
        requestId: request.id,
        subscriptionId: subscription.id,
        eventId: resourceIdOf(request),
      });
      await doorbell.ring(QUEUES.webhook, subscription.id);
      return reply.status(202).send(await present(subscription, row));
    },
  );

  async function present(subscription: WebhookSubscriptionRow, row: DeliveryRow) {
    const [shown] = await presentDeliveries(context, subscription, [row], { attemptsEach: ALL_ATTEMPTS });
    if (!shown) throw new Error('one row became none');
    return shown;
  }
}

function deliveryIdOf(text: string): string {
  const id = decodeId(ID_PREFIX.delivery, text);
  if (id === undefined) throw notFound(WHAT);
  return id;
}
