import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { between, type Fault } from './fault.ts';

/** Longer than a page waits for a lock, shorter than it takes to try it alone. */
const LONGEST_LOCK_MS = 5000;

/** Somebody else works on the same rows. */
export const ROW_FAULTS: readonly Fault[] = [
  {
    name: 'rows locked by somebody else',
    victim: 'rows',
    weight: 6,
    async inject({ db }, random) {
      const table = random.pick(['lead', 'contact', 'opportunity']);
      await db
        .transaction()
        .execute(async (trx) => {
          await sql`
            select from ${sql.table(table)} tablesample bernoulli (20) limit ${between(random, 1, 50)} for update skip locked
          `.execute(trx);
          await pause(between(random, 500, LONGEST_LOCK_MS));
        })
        // A server that ends lets go of the rows too.
        .catch(() => {});
    },
  },
  {
    name: 'receiver of webhooks unwell (503)',
    victim: 'receiver',
    weight: 3,
    async inject({ witness }, random) {
      witness.setUnwell(true);
      await pause(between(random, 200, 1500));
      witness.setUnwell(false);
    },
  },
];
