import { presentMoment } from '@winnow/bulk-delete';
import { encodeId, ID_PREFIX } from '@winnow/catalog';
import type { JsonObject, WebhookSubscriptionRow } from '@winnow/db';

/** A subscription in Close's shape (reference, 5.5), without its key: that is shown once, by the POST that made it. */
export function presentWebhook(row: WebhookSubscriptionRow): JsonObject {
  return {
    id: encodeId(ID_PREFIX.webhookSubscription, row.id),
    organization_id: encodeId(ID_PREFIX.organization, row.organization_id),
    url: row.url,
    events: row.events,
    status: row.status,
    verify_ssl: row.verify_ssl,
    created_by: presentUser(row.created_by),
    updated_by: presentUser(row.updated_by),
    date_created: presentMoment(row.date_created),
    date_updated: presentMoment(row.date_updated),
  };
}

function presentUser(id: string | null): string | null {
  return id === null ? null : encodeId(ID_PREFIX.user, id);
}
