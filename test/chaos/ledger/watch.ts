import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import type { Differences } from '../differences.ts';

const LOOK_EVERY_MS = 400;
const LAST_STATUSES: ReadonlySet<string> = new Set(['done', 'error', 'cancelled']);

interface Sight {
  readonly id: string;
  readonly status: string;
  readonly total: number | null;
  /** Deleted or restored, not found, failed. */
  readonly counts: readonly number[];
  /** Null before the set is frozen. */
  readonly unprocessed: number | null;
}

/** Looks at every bulk delete and undo again and again while the faults go on. */
export interface Watch {
  /** How often all of them were looked at. */
  looks(): number;
  stop(): Promise<void>;
}

/** Notes when a counter goes back, a sum does not hold, a frozen set changes or an end was none. */
export function startWatch(db: Db, differences: Differences): Watch {
  const before = new Map<string, Sight>();
  const stopping = new AbortController();
  const { signal } = stopping;
  let looks = 0;
  let lastError: unknown;

  async function look(): Promise<void> {
    const sights = await readSights(db);
    for (const sight of sights) {
      const earlier = before.get(sight.id);
      before.set(sight.id, sight);
      judge(earlier, sight, differences);
    }
    looks += 1;
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      // The server may be away just now.
      await look().catch((error: unknown) => {
        lastError = error;
      });
      await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    looks: () => looks,
    async stop() {
      stopping.abort();
      await running;
      if (looks === 0) differences.add('all that runs can be looked at', { error: String(lastError) });
    },
  };
}

/** All of them that may still change, and those that ended a short while ago: an end must be one. */
async function readSights(db: Db): Promise<readonly Sight[]> {
  const { rows } = await sql<Sight>`
    select id, status, n_objects as total, n_objects_unprocessed as unprocessed,
      array[n_objects_deleted, n_objects_not_found, n_objects_failed] as counts
    from bulk_delete where date_finished is null or date_finished > now() - interval '10 seconds'
    union all
    select id, status, n_objects::int,
      (n_objects - n_objects_restored - n_objects_not_found - n_objects_failed)::int,
      array[n_objects_restored, n_objects_not_found, n_objects_failed]::int[]
    from bulk_undo where date_finished is null or date_finished > now() - interval '10 seconds'
  `.execute(db);
  return rows;
}

function judge(earlier: Sight | undefined, now: Sight, differences: Differences): void {
  const sum = now.counts.reduce((all, n) => all + n, 0) + (now.unprocessed ?? 0);
  if (now.total !== null && sum !== now.total) differences.add('the outcomes add up to n_objects', { now });
  if (!earlier) return;
  if (now.counts.some((n, i) => n < (earlier.counts[i] ?? 0)))
    differences.add('no counter goes back', { earlier, now });
  if (earlier.total !== null && earlier.total !== now.total)
    differences.add('a frozen set stays as it is', { earlier, now });
  if (LAST_STATUSES.has(earlier.status) && earlier.status !== now.status)
    differences.add('an end is final', { earlier, now });
}
