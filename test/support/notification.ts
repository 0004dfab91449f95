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
  DEFAULT_TURN_SETTINGS,
  type NotificationDeps,
  type NotificationSettings,
  relayEvent,
  runTurn,
  type TurnOutcome,
  type TurnSettings,
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
  turn: DEFAULT_TURN_SETTINGS,
  keepDeliveriesMs: 3_600_000,
};

/** What a test may set otherwise. */
export type NotificationChanges = Partial<Omit<NotificationSettings, 'turn'>> &
  Partial<Pick<NotificationDeps, 'mailer'>> & { readonly turn?: Partial<TurnSettings> };

/** Dependencies of relay and delivery. Messages go to a folder that nobody reads unless a mailer is given. */
export function notificationDeps(db: Db, changes: NotificationChanges = {}): NotificationDeps {
  const { mailer, turn, ...settings } = changes;
  return {
    db,
    catalog: CRM_CATALOG,
    logger: createLogger({ name: 'test', level: 'silent' }),
    mailer:
      mailer ?? createMailer({ mailDir: join(tmpdir(), 'winnow-test-mail'), from: 'winnow@example.com' }),
    settings: { ...SETTINGS, ...settings, turn: { ...DEFAULT_TURN_SETTINGS, ...turn } },
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
    readonly eventFilter?: JsonObject;
    readonly verifySsl?: boolean;
    readonly batch?: number;
  } = {},
): Promise<string> {
  const row = await createWebhookSubscription(db, {
    id: newId(),
    organizationId: organization.organizationId,
    userId: organization.userId,
    url: changes.url ?? 'https://receiver.invalid/',
    events: changes.events ?? [{ object_type: BULK_DELETE_EVENT, action: 'completed' }],
    eventFilter: changes.eventFilter ?? null,
    verifySsl: changes.verifySsl ?? true,
    batch: changes.batch ?? null,
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

/** Gives a subscription one turn. */
export function takeTurn(
  db: Db,
  subscriptionId: string,
  changes: NotificationChanges = {},
): Promise<TurnOutcome> {
  return runTurn(notificationDeps(db, changes), subscriptionId, new AbortController().signal);
}

/** The subscription as it stands in the database. */
export function readSubscription(db: Db, id: string) {
  return db.selectFrom('webhook_subscription').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** A subscription's deliveries, oldest first. */
export function readDeliveries(db: Db, subscriptionId: string) {
  return db
    .selectFrom('delivery')
    .selectAll()
    .where('subscription_id', '=', subscriptionId)
    .orderBy('id')
    .execute();
}

/** Lets the lease of a turn that never came to its end run out. */
export async function endTurn(db: Db, subscriptionId: string): Promise<void> {
  await db
    .updateTable('webhook_subscription')
    .set({ leased_until: sql`now() - interval '1 millisecond'` })
    .where('id', '=', subscriptionId)
    .execute();
}

/** Lets the rest of a receiver, and the pauses of everything that waits for it, pass at once. */
export async function endRest(db: Db, subscriptionId: string): Promise<void> {
  await db
    .updateTable('webhook_subscription')
    .set({ resting_until: null })
    .where('id', '=', subscriptionId)
    .execute();
  await db
    .updateTable('delivery')
    .set({ next_attempt_at: sql`now()` })
    .where('subscription_id', '=', subscriptionId)
    .where('status', '=', 'pending')
    .execute();
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
