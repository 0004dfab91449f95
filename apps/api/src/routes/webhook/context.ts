import { type Catalog, decodeId, ID_PREFIX } from '@winnow/catalog';
import { type Db, findWebhookSubscription, type WebhookSubscriptionRow } from '@winnow/db';
import type { Doorbell } from '@winnow/queue';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../../caller.ts';
import { notFound } from '../../refusal.ts';

/** What the routes of webhook subscriptions work with. */
export interface WebhookContext {
  readonly db: Db;
  readonly catalog: Catalog;
  readonly doorbell: Doorbell;
  /** Whether URLs may lead to private and loopback addresses, and use plain http. */
  readonly allowPrivate: boolean;
}

export const TAGS = ['Webhook'];
export const WEBHOOK_PATH = '/webhook/';
export const WEBHOOK = 'webhook subscription';

/** The UUID in a path. @throws Refusal 404 for what is no id. */
export function webhookIdOf(text: string): string {
  const id = decodeId(ID_PREFIX.webhookSubscription, text);
  if (id === undefined) throw notFound(WEBHOOK);
  return id;
}

/** The subscription that a path names. @throws Refusal 404 when the caller's organization has none of this id. */
export async function findWebhook(
  db: Db,
  request: FastifyRequest,
  id: string,
): Promise<WebhookSubscriptionRow> {
  const { organizationId } = callerOf(request);
  const row = await findWebhookSubscription(db, { organizationId, id: webhookIdOf(id) });
  if (!row) throw notFound(WEBHOOK);
  return row;
}
