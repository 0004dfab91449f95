import type { SeededServer } from '../seeded-server.ts';
import { look, lookUntil, measurePages, measureRoundTrips } from './observe.ts';
import { type BenchedWinnow, type WinnowOptions, withWinnow } from './winnow.ts';

/** As a new installation has them. */
const LANES = 2;
const ROUND_TRIPS = 20;
/** Objects that must be left, so that what is stopped would otherwise have gone on. */
const ENOUGH = 8_000;
/** What one cancelled bulk delete may take. */
const CANCELLED_LEADS = 20_000;

/** Milliseconds, one number a run. */
export interface ControlTimes {
  /** From sending the PUT until nobody has a page in hand any more, and until its answer. */
  readonly pause: number[];
  readonly pauseAnswer: number[];
  readonly cancel: number[];
  readonly cancelAnswer: number[];
  /** From sending the PUT until the first page is committed. */
  readonly resume: number[];
  /** Baselines: what a page takes, and a bare round trip to Postgres. */
  readonly page: number[];
  readonly roundTrip: number[];
}

/** Pauses, resumes and cancels bulk deletes in the middle of their work; takes new copies as long as runs are missing. */
export async function measureControl(
  server: SeededServer,
  queue: WinnowOptions['queue'],
  runs: number,
): Promise<ControlTimes> {
  const times: ControlTimes = {
    pause: [],
    pauseAnswer: [],
    cancel: [],
    cancelAnswer: [],
    resume: [],
    page: [],
    roundTrip: [],
  };
  while (times.pause.length < runs || times.cancel.length < runs) {
    await withWinnow(server, { queue, lanes: LANES }, async (winnow) => {
      await winnow.startWorker('bench-worker');
      times.roundTrip.push(...(await measureRoundTrips(winnow.db, ROUND_TRIPS)));
      if (times.pause.length < runs) await pauseAndResume(winnow, server.leads, times, runs);
      else await cancelAgainAndAgain(winnow, server.leads, times, runs);
    });
  }
  return times;
}

async function pauseAndResume(
  { db, client, deleteLeads }: BenchedWinnow,
  leads: number,
  times: ControlTimes,
  runs: number,
): Promise<void> {
  const { id, wireId } = await deleteLeads();
  const path = `bulk_action/delete/${wireId}/`;
  let { processed } = await lookUntil(db, id, (moment) => moment.processed > 0);
  while (times.pause.length < runs && leads - processed > ENOUGH) {
    const asked = performance.now();
    await client.put(path, { status: 'paused' });
    times.pauseAnswer.push(performance.now() - asked);
    const stopped = await lookUntil(db, id, ({ status }) => status === 'paused');
    times.pause.push(performance.now() - asked);
    const resumed = performance.now();
    await client.put(path, { status: 'resuming' });
    ({ processed } = await lookUntil(db, id, (moment) => moment.processed > stopped.processed));
    times.resume.push(performance.now() - resumed);
  }
  await client.put(path, { status: 'cancelled' });
  times.page.push(...(await measurePages(db, [id])));
}

async function cancelAgainAndAgain(
  { db, client, deleteLeads }: BenchedWinnow,
  leads: number,
  times: ControlTimes,
  runs: number,
): Promise<void> {
  let left = leads;
  while (times.cancel.length < runs && left > CANCELLED_LEADS) {
    const { id, wireId } = await deleteLeads(CANCELLED_LEADS);
    await lookUntil(db, id, ({ processed }) => processed > 0);
    const asked = performance.now();
    await client.put(`bulk_action/delete/${wireId}/`, { status: 'cancelled' });
    const answered = performance.now() - asked;
    await lookUntil(db, id, ({ status }) => status === 'cancelled' || status === 'done');
    const { status, processed } = await look(db, id);
    left -= processed;
    if (status === 'done') continue;
    times.cancelAnswer.push(answered);
    times.cancel.push(performance.now() - asked);
  }
}
