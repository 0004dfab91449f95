import { newId } from '@winnow/catalog';
import {
  connect,
  createWebhookSubscription,
  type Db,
  deleteWebhookSubscription,
  insertDeliveries,
  insertEvent,
  leaseSubscription,
  saveProgress,
} from '@winnow/db';
import { sql } from 'kysely';
import { beforeEach, expect, it } from 'vitest';
import { atFileEnd, createDatabase, createOrganization, waitFor } from '../support/index.ts';

const A_MINUTE = 60_000;
/** Any number: where the first statement is held. */
const HELD = 4711;

let db: Db;
/** Sessions in which nobody else works. */
let others: Db;

beforeEach(async () => {
  const database = await createDatabase();
  db = database.db;
  others = connect({
    connectionString: database.url,
    applicationName: 'winnow-test-others',
    poolSize: 2,
    statementTimeoutMs: A_MINUTE,
    onIdleError: () => {},
  });
  atFileEnd('others', () => others.destroy());
});

it('removing a subscription while a part of a page is torn off its delivery ends in neither waiting for the other', async () => {
  const { organizationId } = await createOrganization(db);
  const own = { organizationId, id: newId() };
  await createWebhookSubscription(db, {
    ...own,
    userId: null,
    url: 'https://example.com/',
    events: [],
    eventFilter: null,
    verifySsl: true,
    batch: null,
    signatureKey: '00'.repeat(32),
    most: 10,
  });
  const delivery = { id: newId(), n_sent: 0 };
  const eventId = newId();
  await db.transaction().execute(async (trx) => {
    await insertEvent(trx, {
      id: eventId,
      organization_id: organizationId,
      object_type: 'page',
      object_id: newId(),
      action: 'deleted',
      user_id: null,
      api_key_id: null,
      request_id: null,
      data: null,
    });
    await insertDeliveries(trx, [
      {
        id: delivery.id,
        organization_id: organizationId,
        event_id: eventId,
        channel: 'webhook',
        subscription_id: own.id,
        n_events: 2,
      },
    ]);
  });
  const lease = await leaseSubscription(db, { id: own.id, leaseMs: A_MINUTE });
  if (!lease) throw new Error('there is nothing to lease');
  // The statement that writes the piece has its delivery's row when it comes to this, and not yet its end, where the
  // foreign key of the piece is looked at.
  await sql
    .raw(`
    create function wait_here() returns trigger language plpgsql as
      $$ begin perform pg_advisory_xact_lock_shared(${HELD}); return new; end $$;
    create trigger wait_here before insert on delivery for each row execute function wait_here()
  `)
    .execute(db);

  let saving: Promise<unknown> | undefined;
  let removing: Promise<boolean> | undefined;
  await db.transaction().execute(async (holder) => {
    await sql`select pg_advisory_xact_lock(${HELD}::int)`.execute(holder);
    const at = { objectType: 'lead', id: newId() };
    saving = saveProgress(others, lease, delivery, {
      outcome: 'goes on',
      nSent: 0,
      nLess: 1,
      delayMs: 0,
      giveUpAfterMs: A_MINUTE,
      attempt: null,
      pieces: [
        {
          id: newId(),
          nEvents: 1,
          delayMs: 0,
          piece: { after: null, until: at, span: 1, event_id: null },
          attempt: { dateStarted: new Date(), tookMs: 1, statusCode: 500, error: 'no', nSent: 0 },
        },
      ],
    });
    saving.catch(() => {});
    await waitFor(() => countWaiting(1), { what: 'the piece to be written' });
    removing = deleteWebhookSubscription(others, own);
    removing.catch(() => {});
    await waitFor(() => countWaiting(2), { what: 'the removal to wait' });
  });

  expect(await saving).toBe('pending');
  expect(await removing).toBe(true);
  expect(await db.selectFrom('delivery').selectAll().execute()).toEqual([]);
  // And the other way round: what is written after the removal is nothing.
  expect(await leaseSubscription(db, { id: own.id, leaseMs: A_MINUTE })).toBeUndefined();
});

async function countWaiting(n: number): Promise<boolean> {
  const { rows } = await sql`
    select from pg_stat_activity
    where datname = current_database() and application_name = 'winnow-test-others' and wait_event_type = 'Lock'
  `.execute(db);
  return rows.length === n;
}
