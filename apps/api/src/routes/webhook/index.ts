import { randomBytes } from 'node:crypto';
import { decodeId, encodeId, ID_PREFIX } from '@winnow/catalog';
import {
  createWebhookSubscription,
  type Db,
  deleteWebhookSubscription,
  findWebhookSubscription,
  listWebhookSubscriptions,
  updateWebhookSubscription,
} from '@winnow/db';
import type { ApiInstance } from '../../app-types.ts';
import { callerOf } from '../../caller.ts';
import { invalid, notFound } from '../../refusal.ts';
import { FieldsQuery, PageQuery, presentPage, readPage, withOneMore } from '../../wire/paging.ts';
import { pickFields, readFields } from '../../wire/picked-fields.ts';
import {
  defineSchema,
  EmptySchema,
  IdParams,
  pageOf,
  withBodyRefusals,
  withRefusals,
} from '../../wire/schemas.ts';
import { API_PREFIX } from '../objects/conventions.ts';
import { assertWebhook, storedEvents } from './check.ts';
import { presentWebhook } from './present.ts';
import { CreatedWebhookSchema, CreateWebhookSchema, UpdateWebhookSchema, WebhookSchema } from './schema.ts';

/** Close's bound for an organization (reference, 5.5). */
const MAX_SUBSCRIPTIONS = 40;
const SIGNATURE_KEY_BYTES = 32;
const WHAT = 'webhook subscription';
const PATH = '/webhook/';

/** Webhook subscriptions (reference, 5.5): who is told of which events. */
export function registerWebhookRoutes(
  app: ApiInstance,
  { db, allowPrivate }: { readonly db: Db; readonly allowPrivate: boolean },
): void {
  const tags = ['Webhook'];
  const answer = defineSchema(app, 'Webhook', WebhookSchema);

  app.post(
    PATH,
    {
      config: { scope: 'write' },
      schema: {
        tags,
        summary: 'Subscribe to events',
        body: CreateWebhookSchema,
        response: withBodyRefusals({ 201: CreatedWebhookSchema }),
      },
    },
    async (request, reply) => {
      const { url, events, verify_ssl: verifySsl = true } = request.body;
      assertWebhook(request.body, { allowPrivate });
      const signatureKey = randomBytes(SIGNATURE_KEY_BYTES).toString('hex');
      const { organizationId, userId } = callerOf(request);
      const row = await createWebhookSubscription(db, {
        organizationId,
        userId,
        url,
        events: storedEvents(events),
        verifySsl,
        signatureKey,
        most: MAX_SUBSCRIPTIONS,
      });
      if (!row)
        throw invalid({}, [`An organization may have at most ${MAX_SUBSCRIPTIONS} webhook subscriptions.`]);
      const location = `${API_PREFIX}${PATH}${encodeId(ID_PREFIX.webhookSubscription, row.id)}/`;
      return reply
        .status(201)
        .header('location', location)
        .send({ ...presentWebhook(row), signature_key: signatureKey });
    },
  );

  app.get(
    PATH,
    {
      config: { scope: 'read' },
      schema: {
        tags,
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
    `${PATH}:id/`,
    {
      config: { scope: 'read' },
      schema: {
        tags,
        summary: 'Look at one webhook subscription',
        params: IdParams,
        querystring: FieldsQuery,
        response: withRefusals({ 200: answer }),
      },
    },
    async (request) => {
      const { organizationId } = callerOf(request);
      const row = await findWebhookSubscription(db, { organizationId, id: idOf(request.params.id) });
      if (!row) throw notFound(WHAT);
      return pickFields(presentWebhook(row), readFields(request.query._fields));
    },
  );

  app.put(
    `${PATH}:id/`,
    {
      config: { scope: 'write' },
      schema: {
        tags,
        summary: 'Change a webhook subscription: only what the body names',
        params: IdParams,
        body: UpdateWebhookSchema,
        response: withBodyRefusals({ 200: answer }),
      },
    },
    async (request) => {
      const { url, events, status, verify_ssl: verifySsl } = request.body;
      assertWebhook(request.body, { allowPrivate });
      const { organizationId, userId } = callerOf(request);
      const row = await updateWebhookSubscription(db, {
        organizationId,
        userId,
        id: idOf(request.params.id),
        changes: {
          ...(url === undefined ? {} : { url }),
          ...(events === undefined ? {} : { events: storedEvents(events) }),
          ...(status === undefined ? {} : { status }),
          ...(verifySsl === undefined ? {} : { verifySsl }),
        },
      });
      if (!row) throw notFound(WHAT);
      return presentWebhook(row);
    },
  );

  app.delete(
    `${PATH}:id/`,
    {
      config: { scope: 'delete' },
      schema: {
        tags,
        summary: 'End a webhook subscription; what waits to be sent is not sent',
        params: IdParams,
        response: withBodyRefusals({ 200: EmptySchema }),
      },
    },
    async (request) => {
      const { organizationId } = callerOf(request);
      const gone = await deleteWebhookSubscription(db, { organizationId, id: idOf(request.params.id) });
      if (!gone) throw notFound(WHAT);
      return {};
    },
  );
}

function idOf(text: string): string {
  const id = decodeId(ID_PREFIX.webhookSubscription, text);
  if (id === undefined) throw notFound(WHAT);
  return id;
}
