import { findUnrelayedEvents, type JsonObject, updateWebhookSubscription } from '@winnow/db';
import { relayEvent } from '@winnow/notification';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createDatabase,
  createOrganization,
  type TestDatabase,
  type TestOrganization,
} from '../support/index.ts';
import { addBulkDeleteEvent, notificationDeps, subscribe } from '../support/notification.ts';

let database: TestDatabase;
let organization: TestOrganization;

beforeAll(async () => {
  database = await createDatabase();
});

beforeEach(async () => {
  organization = await createOrganization(database.db);
});

const listDeliveries = () =>
  database.db
    .selectFrom('delivery')
    .selectAll()
    .where('organization_id', '=', organization.organizationId)
    .orderBy('channel')
    .execute();

/** Relays an event. @returns what is to be rung for: subscriptions, then e-mails. */
async function relay(eventId?: string): Promise<readonly string[]> {
  const { subscriptionIds, emailIds } = await relayEvent(notificationDeps(database.db), eventId);
  return [...subscriptionIds, ...emailIds];
}

describe('relayEvent', () => {
  it('makes one webhook for each matching subscription and one e-mail for the creator, and names them all', async () => {
    const first = await subscribe(database.db, organization);
    const second = await subscribe(database.db, organization);
    const eventId = await addBulkDeleteEvent(database.db, organization);
    const ids = await relay(eventId);
    const deliveries = await listDeliveries();
    expect(deliveries.map(({ channel }) => channel)).toEqual(['email', 'webhook', 'webhook']);
    expect(deliveries.map(({ subscription_id }) => subscription_id).sort()).toEqual(
      [first, second, null].sort(),
    );
    const email = deliveries.find(({ channel }) => channel === 'email');
    expect([...ids].sort()).toEqual([first, second, email?.id].sort());
    expect(deliveries.every((row) => row.status === 'pending' && row.event_id === eventId)).toBe(true);
  });

  it('makes nothing twice when it runs again, or when the mark of the first run is lost', async () => {
    await subscribe(database.db, organization);
    const eventId = await addBulkDeleteEvent(database.db, organization);
    expect(await relay(eventId)).toHaveLength(2);
    expect(await relay(eventId)).toEqual([]);
    await database.db.updateTable('event').set({ date_relayed: null }).where('id', '=', eventId).execute();
    expect(await relay(eventId)).toEqual([]);
    expect(await listDeliveries()).toHaveLength(2);
  });

  it('makes nothing twice when many relays run at once', async () => {
    await subscribe(database.db, organization);
    const eventId = await addBulkDeleteEvent(database.db, organization);
    const made = await Promise.all(Array.from({ length: 8 }, () => relay(eventId)));
    expect(made.flat()).toHaveLength(2);
    expect(await listDeliveries()).toHaveLength(2);
  });

  it('does not wait for an event that another relay has in hand, and finds it again when that one fails', async () => {
    const eventId = await addBulkDeleteEvent(database.db, organization);
    const failing = database.db.transaction().execute(async (trx) => {
      await trx.selectFrom('event').select('id').where('id', '=', eventId).forUpdate().execute();
      expect(await relay(eventId)).toEqual([]);
      throw new Error('the other relay dies');
    });
    await expect(failing).rejects.toThrow('the other relay dies');
    expect(await findUnrelayedEvents(database.db, 1000)).toContain(eventId);
    expect(await relay(eventId)).toHaveLength(1);
    expect(await findUnrelayedEvents(database.db, 1000)).not.toContain(eventId);
  });

  it('takes the oldest event when none is named', async () => {
    await database.db.updateTable('event').set({ date_relayed: new Date() }).execute();
    const older = await addBulkDeleteEvent(database.db, organization);
    const newer = await addBulkDeleteEvent(database.db, organization);
    expect(await findUnrelayedEvents(database.db, 10)).toEqual([older, newer]);
    await relay();
    expect(await findUnrelayedEvents(database.db, 10)).toEqual([newer]);
    await relay();
    expect(await relay()).toEqual([]);
  });

  it('leaves out subscriptions that are paused, of another organization, or to other events', async () => {
    const paused = await subscribe(database.db, organization);
    const { organizationId, userId } = organization;
    await updateWebhookSubscription(database.db, {
      organizationId,
      id: paused,
      userId,
      changes: { status: 'paused' },
    });
    await subscribe(database.db, await createOrganization(database.db));
    await subscribe(database.db, organization, {
      events: [
        { object_type: 'bulk_action.delete', action: 'created' },
        { object_type: 'lead', action: 'completed' },
      ],
    });
    await relay(await addBulkDeleteEvent(database.db, organization, { data: { send_done_email: false } }));
    expect(await listDeliveries()).toEqual([]);
  });

  it('asks the filters before it makes anything, the one of the event and the one of the subscription', async () => {
    const byCount = (value: number): JsonObject => ({
      type: 'field_accessor',
      field: 'data',
      filter: { type: 'field_accessor', field: 'n_objects', filter: { type: 'equals', value } },
    });
    const completed = { object_type: 'bulk_action.delete', action: 'completed' };
    const wanted = [
      await subscribe(database.db, organization, { eventFilter: byCount(5) }),
      await subscribe(database.db, organization, { events: [{ ...completed, extra_filter: byCount(5) }] }),
      // Its first wish does not fit, its second does.
      await subscribe(database.db, organization, {
        events: [{ ...completed, extra_filter: byCount(6) }, completed],
      }),
    ];
    await subscribe(database.db, organization, { eventFilter: byCount(6) });
    await subscribe(database.db, organization, { events: [{ ...completed, extra_filter: byCount(6) }] });
    await subscribe(database.db, organization, {
      events: [{ ...completed, extra_filter: byCount(5) }],
      eventFilter: { type: 'not', filter: byCount(5) },
    });
    const made = await relay(
      await addBulkDeleteEvent(database.db, organization, { data: { send_done_email: false } }),
    );
    expect([...made].sort()).toEqual(wanted.sort());
  });

  it('sends an e-mail at the end only, whether it went well or not, and only where it is wanted', async () => {
    const relayOne = async (changes: Parameters<typeof addBulkDeleteEvent>[2]) =>
      relay(await addBulkDeleteEvent(database.db, organization, changes));
    expect(await relayOne({ action: 'completed' })).toHaveLength(1);
    expect(
      await relayOne({ action: 'failed', data: { status: 'error', error_message: 'why' } }),
    ).toHaveLength(1);
    expect(await relayOne({ action: 'created' })).toHaveLength(0);
    expect(await relayOne({ action: 'updated' })).toHaveLength(0);
    expect(await relayOne({ data: { send_done_email: false } })).toHaveLength(0);
    expect(await relayOne({ data: { created_by: null } })).toHaveLength(0);
    await database.db
      .updateTable('user_account')
      .set({ email: '' })
      .where('id', '=', organization.userId)
      .execute();
    expect(await relayOne({ action: 'completed' })).toHaveLength(0);
  });
});
