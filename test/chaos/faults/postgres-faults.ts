import { setTimeout as pause } from 'node:timers/promises';
import type { EmbeddedPostgres } from '@winnow/embedded';
import { sql } from 'kysely';
import { untilDone } from '../until-done.ts';
import { between, type Fault } from './fault.ts';

/** Application names of our processes' connections, and not of the run's own. */
const OURS = ['winnow-api', 'winnow-worker', 'winnow-queue'];

/** Its backends may take a moment to notice that their postmaster is gone; a start before that fails. */
function restart(postgres: EmbeddedPostgres, mode: 'fast' | 'immediate'): Promise<void> {
  return untilDone(() => postgres.restart(mode));
}

/** What can happen to Postgres, and to the network before it. */
export const POSTGRES_FAULTS: readonly Fault[] = [
  {
    name: 'Postgres restarted (fast)',
    victim: 'postgres',
    weight: 2,
    inject: ({ postgres }) => restart(postgres, 'fast'),
  },
  {
    name: 'Postgres restarted (immediate)',
    victim: 'postgres',
    weight: 2,
    inject: ({ postgres }) => restart(postgres, 'immediate'),
  },
  {
    name: 'Postgres killed (SIGKILL of the postmaster)',
    victim: 'postgres',
    weight: 2,
    async inject({ postgres }, random) {
      process.kill(postgres.pid, 'SIGKILL');
      await pause(between(random, 100, 2000));
      await restart(postgres, 'immediate');
    },
  },
  {
    name: 'sessions ended (pg_terminate_backend)',
    victim: 'postgres',
    weight: 6,
    async inject({ db }, random) {
      await sql`
        select pg_terminate_backend(pid) from (
          select pid from pg_stat_activity where application_name = any(${OURS}::text[])
          order by random() limit ${between(random, 1, 20)}
        ) as chosen
      `
        .execute(db)
        // Our own session may be left over from before a restart.
        .catch(() => {});
    },
  },
  {
    name: 'statements cancelled (pg_cancel_backend)',
    victim: 'postgres',
    weight: 3,
    async inject({ db }, random) {
      await sql`
        select pg_cancel_backend(pid) from (
          select pid from pg_stat_activity where application_name = any(${OURS}::text[]) and state = 'active'
          order by random() limit ${between(random, 1, 5)}
        ) as chosen
      `
        .execute(db)
        // Our own session may be left over from before a restart.
        .catch(() => {});
    },
  },
  {
    name: 'connections to Postgres cut',
    victim: 'network',
    weight: 5,
    async inject({ postgresNetwork }, random) {
      await postgresNetwork.refuse();
      await pause(between(random, 0, 1500));
      await postgresNetwork.restore();
    },
  },
  {
    name: 'network to Postgres stands still',
    victim: 'network',
    weight: 3,
    async inject({ postgresNetwork }, random) {
      postgresNetwork.freeze();
      await pause(between(random, 500, 5000));
      await postgresNetwork.restore();
    },
  },
];
