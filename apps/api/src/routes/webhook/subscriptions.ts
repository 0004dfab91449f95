import { encodeId, ID_PREFIX } from '@winnow/catalog';
import {
  createWebhookSubscription,
  deleteWebhookSubscription,
  listWebhookSubscriptions,
  updateWebhookSubscription,
} from '@winnow/db';
import { API_PREFIX, pickFields, readFields } from '@winnow/records';
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
import { assertWebhook, storedEvents, storedFilter } from './check.ts';
import { findWebhook, TAGS, WEBHOOK, WEBHOOK_PATH, type WebhookContext, webhookIdOf } from './context.ts';
import { newSignatureKey } from './new-signature-key.ts';
import { presentKeyedWebhook, presentWebhook } from './present.ts';
import { CreateWebhookSchema, KeyedWebhookSchema, UpdateWebhookSchema, WebhookSchema } from './schema.ts';

/** Close's bound for an organization (reference, 5.5). */
const MAX_SUBSCRIPTIONS = 40;
const ONE = `${WEBHOOK_PATH}:id/`;

/** The subscriptions themselves. */
export function registerSubscriptionRoutes(app: ApiInstance, context: WebhookContext): void {
  const { db } = context;
  const answer = defineSchema(app, 'Webhook', WebhookSchema);

  app.post(
    WEBHOOK_PATH,
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: 'Subscribe to events',
        body: CreateWebhookSchema,
        response: withBodyRefusals({ 201: KeyedWebhookSchema }),
      },
    },
    async (request, reply) => {
      const { url, events, event_filter: filter, verify_ssl: verifySsl = true, batch = null } = request.body;
      assertWebhook(request.body, context);
      const { organizationId, userId } = callerOf(request);
      const row = await createWebhookSubscription(db, {
        id: resourceIdOf(request),
        organizationId,
        userId,
        url,
        events: storedEvents(events),
        eventFilter: storedFilter(filter, 'event_filter'),
        verifySsl,
        batch,
        signatureKey: newSignatureKey(),
        most: MAX_SUBSCRIPTIONS,
      });
      if (!row)
        throw invalid({}, [`An organization may have at most ${MAX_SUBSCRIPTIONS} webhook subscriptions.`]);
      const location = `${API_PREFIX}${WEBHOOK_PATH}${encodeId(ID_PREFIX.webhookSubscription, row.id)}/`;
      return reply.status(201).header('location', location).send(presentKeyedWebhook(row));
    },
  );

  app.get(
    WEBHOOK_PATH,
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'List webhook subscriptions, newest first',
        querystring: PageQuery,
        response: withRefusals({ 200: pageOf(answer) }),
      },
    },
    async (request) => {
      const page = readPage(request.query);
      const picked = readFields(request.query._fields);
      const { organizationId } = callerOf(request);
      const rows = await listWebhookSubscriptions(db, { organizationId, ...withOneMore(page) });
      return presentPage(rows, page, (row) => pickFields(presentWebhook(row), picked));
    },
  );

  app.get(
    ONE,
    {
      config: { scope: 'read' },
      schema: {
        tags: TAGS,
        summary: 'Look at one webhook subscription',
        params: IdParams,
        querystring: FieldsQuery,
        response: withRefusals({ 200: answer }),
      },
    },
    async (request) => {
      const row = await findWebhook(db, request, request.params.id);
      return pickFields(presentWebhook(row), readFields(request.query._fields));
    },
  );

  app.put(
    ONE,
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: 'Change a webhook subscription: only what the body names',
        params: IdParams,
        body: UpdateWebhookSchema,
        response: withBodyRefusals({ 200: answer }),
      },
    },
    async (request) => {
      const { url, events, event_filter: filter, status, verify_ssl: verifySsl, batch } = request.body;
      assertWebhook(request.body, context);
      const { organizationId, userId } = callerOf(request);
      const row = await updateWebhookSubscription(db, {
        organizationId,
        userId,
        id: webhookIdOf(request.params.id),
        changes: {
          ...(url === undefined ? {} : { url }),
          ...(events === undefined ? {} : { events: storedEvents(events) }),
          ...(filter === undefined ? {} : { eventFilter: storedFilter(filter, 'event_filter') }),
          ...(status === undefined ? {} : { status }),
          ...(verifySsl === undefined ? {} : { verifySsl }),
          ...(batch === undefined ? {} : { batch }),
        },
      });
      if (!row) throw notFound(WEBHOOK);
      return presentWebhook(row);
    },
  );

  app.delete(
    ONE,
    {
      config: { scope: 'delete' },
      schema: {
        tags: TAGS,
        summary: 'End a webhook subscription; what waits to be sent is not sent',
        params: IdParams,
        response: withBodyRefusals({ 200: EmptySchema }),
      },
    },
    async (request) => {
      const { organizationId } = callerOf(request);
      const gone = await deleteWebhookSubscription(db, {
        organizationId,
        id: webhookIdOf(request.params.id),
      });
      if (!gone) throw notFound(WEBHOOK);
      return {};
    },
  );
}
