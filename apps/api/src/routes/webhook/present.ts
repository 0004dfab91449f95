import { encodeId, ID_PREFIX } from '@winnow/catalog';
import type { JsonObject, WebhookSubscriptionRow } from '@winnow/db';
import { toSigningSecret } from '@winnow/notification';
import { presentMoment } from '@winnow/records';

/** A subscription in Close's shape (reference, 5.5), without its key: that is shown once, by what made it. */
export function presentWebhook(row: WebhookSubscriptionRow): JsonObject {
  return {
    id: encodeId(ID_PREFIX.webhookSubscription, row.id),
    organization_id: encodeId(ID_PREFIX.organization, row.organization_id),
    url: row.url,
    events: row.events,
    event_filter: row.event_filter,
    status: row.status,
    pause_reason: row.pause_reason,
    verify_ssl: row.verify_ssl,
    batch: row.batch,
    previous_secret_expires: presentExpiry(row.previous_key_expires),
    created_by: presentUser(row.created_by),
    updated_by: presentUser(row.updated_by),
    date_created: presentMoment(row.date_created),
    date_updated: presentMoment(row.date_updated),
  };
}

/** The same with the key, in both spellings. */
export function presentKeyedWebhook(row: WebhookSubscriptionRow): JsonObject {
  return {
    ...presentWebhook(row),
    signature_key: row.signature_key,
    signing_secret: toSigningSecret(row.signature_key),
  };
}

function presentExpiry(expires: Date | null): string | null {
  return expires !== null && expires.getTime() > Date.now() ? presentMoment(expires) : null;
}

function presentUser(id: string | null): string | null {
  return id === null ? null : encodeId(ID_PREFIX.user, id);
}
