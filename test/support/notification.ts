import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BULK_DELETE_EVENT } from '@winnow/bulk-delete';
import { CRM_CATALOG, encodeId, newId } from '@winnow/catalog';
import {
  createWebhookSubscription,
  type Db,
  type DeliveryRow,
  insertEvent,
  type JsonObject,
} from '@winnow/db';
import { createLogger } from '@winnow/logger';
import {
  createMailer,
  type NotificationDeps,
  type NotificationSettings,
  relayEvent,
} from '@winnow/notification';
import { sql } from 'kysely';
import type { TestOrganization } from './factories.ts';

/** Hex, as `signature_key` is; the same for every test subscription. */
export const SIGNATURE_KEY = 'ab'.repeat(32);

const SETTINGS: NotificationSettings = {
  publicUrl: 'https://winnow.example',
  webhookTimeoutMs: 30_000,
  webhookAllowPrivate: true,
  retryBaseMs: 60_000,
};

/** Dependencies of relay and delivery. Messages go to a folder that nobody reads unless a mailer is given. */
export function notificationDeps(
  db: Db,
  changes: Partial<NotificationSettings> & Partial<Pick<NotificationDeps, 'mailer'>> = {},
): NotificationDeps {
  const { mailer, ...settings } = changes;
  return {
    db,
    catalog: CRM_CATALOG,
    logger: createLogger({ name: 'test', level: 'silent' }),
    mailer:
      mailer ?? createMailer({ mailDir: join(tmpdir(), 'winnow-test-mail'), from: 'winnow@example.com' }),
    settings: { ...SETTINGS, ...settings },
  };
}

/** Adds an event of a bulk delete to the outbox, `completed` unless told otherwise. @returns its id. */
export async function addBulkDeleteEvent(
  db: Db,
  organization: TestOrganization,
  changes: { readonly action?: string; readonly data?: JsonObject; readonly bulkDeleteId?: string } = {},
): Promise<string> {
  const id = newId();
  const bulkDeleteId = changes.bulkDeleteId ?? newId();
  await db.transaction().execute((trx) =>
    insertEvent(trx, {
      id,
      organization_id: organization.organizationId,
      object_type: BULK_DELETE_EVENT,
      object_id: bulkDeleteId,
      action: changes.action ?? 'completed',
      user_id: organization.userId,
      api_key_id: organization.apiKeyId,
      request_id: 'req_test',
      data: {
        id: encodeId('bulkdelete', bulkDeleteId),
        bulk_object_type: 'lead',
        status: 'done',
        s_query: { type: 'object_type', object_type: 'lead' },
        results_limit: null,
        send_done_email: true,
        created_by: encodeId('user', organization.userId),
        n_objects: 5,
        n_objects_deleted: 5,
        n_objects_not_found: 0,
        n_objects_failed: 0,
        deleted_counts: { lead: 5, contact: 7 },
        date_created: '2026-11-22T14:00:00.000000+00:00',
        date_started: '2026-11-22T14:00:00.000000+00:00',
        date_finished: '2026-11-22T14:00:03.000000+00:00',
        error_message: null,
        ...changes.data,
      },
      meta: { bulk_action_id: encodeId('bulkdelete', bulkDeleteId) },
    }),
  );
  return id;
}

/** Adds a subscription to `bulk_action.delete` `completed`. @returns its id. */
export async function subscribe(
  db: Db,
  organization: TestOrganization,
  changes: {
    readonly url?: string;
    readonly events?: readonly JsonObject[];
    readonly verifySsl?: boolean;
  } = {},
): Promise<string> {
  const row = await createWebhookSubscription(db, {
    organizationId: organization.organizationId,
    userId: organization.userId,
    url: changes.url ?? 'https://receiver.invalid/',
    events: changes.events ?? [{ object_type: BULK_DELETE_EVENT, action: 'completed' }],
    verifySsl: changes.verifySsl ?? true,
    signatureKey: SIGNATURE_KEY,
    most: 40,
  });
  if (!row) throw new Error('the organization has too many subscriptions');
  return row.id;
}

/** The delivery as it stands in the database. */
export function readDelivery(db: Db, id: string) {
  return db.selectFrom('delivery').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** Relays a new event to its deliveries. @returns the id of the one by this channel. */
export async function makeDelivery(
  db: Db,
  organization: TestOrganization,
  channel: DeliveryRow['channel'],
  data: JsonObject = {},
  bulkDeleteId: string = newId(),
): Promise<string> {
  const eventId = await addBulkDeleteEvent(db, organization, { data, bulkDeleteId });
  await relayEvent(notificationDeps(db), eventId);
  const { id } = await db
    .selectFrom('delivery')
    .select('id')
    .where('event_id', '=', eventId)
    .where('channel', '=', channel)
    .executeTakeFirstOrThrow();
  return id;
}

/** Lets the pause before the next attempt pass at once. */
export async function makeDue(db: Db, id: string): Promise<void> {
  await db.updateTable('delivery').set({ next_attempt_at: sql`now()` }).where('id', '=', id).execute();
}

/** Lets the lease of a process that never came back run out. */
export async function endLease(db: Db, id: string): Promise<void> {
  await db
    .updateTable('delivery')
    .set({ leased_until: sql`now() - interval '1 millisecond'` })
    .where('id', '=', id)
    .execute();
}

/** What the database's clock says. */
export async function readDatabaseClock(db: Db): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
  const [row] = rows;
  if (!row) throw new Error('the database has no clock');
  return row.now;
}
