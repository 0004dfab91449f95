import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import type { Differences } from './differences.ts';

const LOOK_EVERY_MS = 200;
const GIVE_UP_MS = 180_000;

/** What has not come to its end. */
interface Left {
  readonly bulk_deletes: number;
  readonly undos: number;
  readonly events: number;
  readonly deliveries: number;
}

/** Waits until every bulk delete, undo, event and delivery has come to its end. */
export async function waitUntilSettled(db: Db, differences: Differences): Promise<void> {
  const deadline = performance.now() + GIVE_UP_MS;
  let left: Left | undefined;
  do {
    left = await readLeft(db).catch(() => undefined);
    if (left && Object.values(left).every((n) => n === 0)) return;
    await pause(LOOK_EVERY_MS);
  } while (performance.now() < deadline);
  differences.add('everything comes to its end when nothing is broken any more', { left });
}

async function readLeft(db: Db): Promise<Left | undefined> {
  const { rows } = await sql<Left>`
    select
      (select count(*) from bulk_delete where date_finished is null)::int as bulk_deletes,
      (select count(*) from bulk_undo where date_finished is null)::int as undos,
      (select count(*) from event where date_relayed is null)::int as events,
      (select count(*) from delivery where status = 'pending')::int as deliveries
  `.execute(db);
  return rows[0];
}
