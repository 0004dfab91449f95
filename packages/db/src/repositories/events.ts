import { type Selectable, sql } from 'kysely';
import type { Db } from '../connection.ts';
import type { Database, DeletedCounts, JsonObject } from '../tables.ts';
import type { Trx } from '../transaction.ts';

export type EventRow = Selectable<Database['event']>;

/** What happened to which object, on whose behalf. Ids are plain UUIDs. */
export interface NewEvent {
  /** By which a receiver recognises a repetition. Given by the caller, who rings with it. */
  readonly id: string;
  readonly organization_id: string;
  /** For instance `bulk_action.delete`. */
  readonly object_type: string;
  readonly object_id: string;
  /** For instance `completed`. */
  readonly action: string;
  readonly user_id: string | null;
  readonly api_key_id: string | null;
  readonly request_id: string | null;
  /** The whole object as it is on the wire now; null when it is gone. */
  readonly data: JsonObject | null;
  /** For a change the old values of the changed fields, for a deletion the whole object. */
  readonly previous_data?: JsonObject | null;
  readonly changed_fields?: readonly string[];
  readonly meta?: JsonObject;
  /** The page whose records this row stands for, with how many went, or came back, by object type. */
  readonly page?: { readonly pageNo: number; readonly deletedCounts: DeletedCounts };
}

/**
 * Writes an event to the outbox. Takes a transaction, never a bare connection: an event must commit with what it
 * tells of, or the outside hears of things that did not happen. Ring the event queue with the id after the commit.
 */
export async function insertEvent(trx: Trx, event: NewEvent): Promise<void> {
  await trx
    .insertInto('event')
    .values({
      id: event.id,
      organization_id: event.organization_id,
      object_type: event.object_type,
      object_id: event.object_id,
      action: event.action,
      user_id: event.user_id,
      api_key_id: event.api_key_id,
      request_id: event.request_id,
      data: event.data === null ? null : JSON.stringify(event.data),
      previous_data: event.previous_data ? JSON.stringify(event.previous_data) : null,
      changed_fields: [...(event.changed_fields ?? [])],
      meta: JSON.stringify(event.meta ?? {}),
      page_no: event.page?.pageNo ?? null,
      deleted_counts: event.page ? JSON.stringify(event.page.deletedCounts) : null,
      // The moment of writing, just before the commit: the log is ordered by it, and who reads it should miss nothing.
      date_created: sql<Date>`clock_timestamp()`,
    })
    .execute();
}

/**
 * Takes an event that nobody has relayed yet, and locks it until the transaction ends.
 * @param eventId this one only; without it the oldest.
 * @returns undefined when there is none, or another relay holds it.
 */
export async function claimUnrelayedEvent(trx: Trx, eventId?: string): Promise<EventRow | undefined> {
  return trx
    .selectFrom('event')
    .selectAll()
    .where('date_relayed', 'is', null)
    .$if(eventId !== undefined, (query) => query.where('id', '=', eventId ?? ''))
    .orderBy('date_created')
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
}

/** Says that the event's deliveries exist; they are made in the same transaction. */
export async function markEventRelayed(trx: Trx, eventId: string): Promise<void> {
  await trx.updateTable('event').set({ date_relayed: sql`now()` }).where('id', '=', eventId).execute();
}

/** Ids of the oldest events that are still to be relayed. */
export async function findUnrelayedEvents(db: Db, limit: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('event')
    .select('id')
    .where('date_relayed', 'is', null)
    .orderBy('date_created')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** The event of this id, of any organization: for a delivery, which names it. */
export async function findEventForDelivery(db: Db, eventId: string): Promise<EventRow | undefined> {
  return db.selectFrom('event').selectAll().where('id', '=', eventId).executeTakeFirst();
}
