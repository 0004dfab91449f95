import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';

const LOOK_EVERY_MS = 2;
const GIVE_UP_MS = 60_000;

/** A bulk delete at one moment, by SQL. */
export interface Moment {
  readonly status: string;
  readonly processed: number;
}

/** How a bulk delete stands. @param id plain UUID. */
export async function look(db: Db, id: string): Promise<Moment> {
  const { rows } = await sql<Moment>`
    select status, n_objects_processed as processed from bulk_delete where id = ${id}
  `.execute(db);
  const [moment] = rows;
  if (!moment) throw new Error(`there is no bulk delete ${id}`);
  return moment;
}

/** Looks as often as it can until it is so. @returns the moment that was so. @throws after a minute. */
export async function lookUntil(db: Db, id: string, isSo: (moment: Moment) => boolean): Promise<Moment> {
  const deadline = performance.now() + GIVE_UP_MS;
  for (;;) {
    const moment = await look(db, id);
    if (isSo(moment)) return moment;
    if (performance.now() > deadline) throw new Error(`waited in vain: ${JSON.stringify(moment)}`);
    await pause(LOOK_EVERY_MS);
  }
}

/** Times of a bare round trip to the server over the same connection pool. Milliseconds. */
export async function measureRoundTrips(db: Db, n: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < n; i += 1) {
    const began = performance.now();
    await sql`select 1`.execute(db);
    times.push(performance.now() - began);
  }
  return times;
}

/** Times between the ends of a bulk delete's pages, as its own rows say, pauses left out. Milliseconds. */
export async function measurePages(db: Db, ids: readonly string[]): Promise<readonly number[]> {
  const { rows } = await sql<{ ms: number }>`
    select (extract(epoch from date_finished - lag(date_finished) over (
      partition by bulk_delete_id order by date_finished)) * 1000)::float8 as ms
    from bulk_delete_page where bulk_delete_id = any(${ids}::uuid[]) and date_finished is not null
  `.execute(db);
  return rows.flatMap(({ ms }) => (ms === null ? [] : [Number(ms)]));
}
