import type { QueueBackend } from '../../support/index.ts';
import type { BenchReport } from '../report.ts';
import type { ControlTimes } from './measure-control.ts';
import { sumUp, type Times } from './times.ts';

/** What a pause or a cancel may take beyond the page in hand, and a recovery. Milliseconds. */
const BEYOND_PAGE_MS = 500;
const RECOVERY_MS = 10_000;

/** What was measured on one backend. */
export interface MeasuredControl extends ControlTimes {
  readonly queue: QueueBackend;
  readonly recovery: readonly number[];
}

/** The table, with each median as a multiple of what a page takes. */
export function reportControl(measured: readonly MeasuredControl[]): BenchReport {
  const missed = measured.flatMap(findMissed);
  return {
    name: 'control',
    rows: measured.flatMap(rowsOf),
    notes: [
      'of page: the median beside the median time between two pages that one worker commits, measured meanwhile',
      `targets: pause and cancel within one page and ${BEYOND_PAGE_MS} ms, recovery within ${RECOVERY_MS} ms: ` +
        (missed.length === 0 ? 'met' : `MISSED: ${missed.join('; ')}`),
      ...(measured.length > 1 ? [] : ['no redis-server on the PATH: the queue on Redis was not measured']),
    ],
    passed: missed.length === 0,
  };
}

function rowsOf(measured: MeasuredControl): BenchReport['rows'] {
  const page = sumUp(measured.page);
  const row = (what: string, times: Times) => ({
    queue: measured.queue,
    what,
    runs: times.n,
    'median ms': round(times.median),
    'worst ms': round(times.worst),
    'of page': round(times.median / page.median),
  });
  return [
    row('a bare round trip to Postgres', sumUp(measured.roundTrip)),
    row('a page of 1,000 leads', page),
    row('pause: PUT until no page is in hand', sumUp(measured.pause)),
    row('pause: PUT until its answer', sumUp(measured.pauseAnswer)),
    row('resume: PUT until the first page', sumUp(measured.resume)),
    row('cancel: PUT until no page is in hand', sumUp(measured.cancel)),
    row('cancel: PUT until its answer', sumUp(measured.cancelAnswer)),
    row('recovery: SIGKILL until the next page', sumUp(measured.recovery)),
  ];
}

function findMissed(measured: MeasuredControl): readonly string[] {
  const stopWithin = sumUp(measured.page).worst + BEYOND_PAGE_MS;
  return [
    ...(sumUp(measured.pause).worst > stopWithin ? [`pause on ${measured.queue}`] : []),
    ...(sumUp(measured.cancel).worst > stopWithin ? [`cancel on ${measured.queue}`] : []),
    ...(sumUp(measured.recovery).worst > RECOVERY_MS ? [`recovery on ${measured.queue}`] : []),
  ];
}

const round = (value: number) => Number(value.toPrecision(3));
