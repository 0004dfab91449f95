import type { QueueBackend } from '../../support/index.ts';
import type { BenchReport } from '../report.ts';
import { AT_ONCE, type MeasuredApi } from './measure.ts';
import type { Measured } from './turns.ts';
import { IDS_PER_CALL } from './workloads.ts';

/** How many times as many records a second the call with many ids must delete as the loop. */
const TARGET_CALL = 10;

export interface MeasuredQueue extends MeasuredApi {
  readonly queue: QueueBackend;
}

/** The table, with every speed as a ratio: absolute ones say more about the machine than about the code. */
export function reportApi(queues: readonly MeasuredQueue[]): BenchReport {
  const missed = queues.filter((measured) => ratioToLoop(measured) < TARGET_CALL);
  return {
    name: 'api',
    rows: queues.flatMap(rowsOf),
    notes: [
      ...queues.map(
        (measured) =>
          `queue on ${measured.queue}: GET status ${ratioToBare(measured, 'status')} and POST ` +
          `${ratioToBare(measured, 'creation')} of the requests a second of the bare route; ${IDS_PER_CALL} ids a ` +
          `call ${round(ratioToLoop(measured))} times the records a second of the loop`,
      ),
      `target: ${TARGET_CALL} times the records of the loop: ${missed.length === 0 ? 'met' : 'MISSED'}`,
      ...(queues.length > 1 ? [] : ['no redis-server on the PATH: the queue on Redis was not measured']),
    ],
    passed: missed.length === 0,
  };
}

function rowsOf(measured: MeasuredQueue): BenchReport['rows'] {
  const { queue, busy, loop } = measured;
  const row = (how: string, atOnce: number, found: Measured, bare: Measured, recordsPerRequest?: number) => ({
    queue,
    how,
    'at once': atOnce,
    'requests/s': round(found.requestsPerSecond),
    'of bare': round(found.requestsPerSecond / bare.requestsPerSecond),
    'p50 ms': round(found.p50),
    'p99 ms': round(found.p99),
    ...(recordsPerRequest === undefined
      ? {}
      : { 'records/s': round(found.requestsPerSecond * recordsPerRequest) }),
  });
  return [
    row('bare Fastify, one select', AT_ONCE.busy, busy.bare, busy.bare),
    row('GET status', AT_ONCE.busy, busy.status, busy.bare),
    row('POST bulk delete', AT_ONCE.busy, busy.creation, busy.bare),
    row('bare Fastify, one select', AT_ONCE.loop, loop.bare, loop.bare),
    row('loop of single DELETEs', AT_ONCE.loop, loop.singles, loop.bare, 1),
    {
      ...row(`${IDS_PER_CALL} ids a call`, AT_ONCE.loop, loop.calls, loop.bare, IDS_PER_CALL),
      'of loop': round(ratioToLoop(measured)),
    },
  ];
}

function ratioToBare({ busy }: MeasuredQueue, kind: 'status' | 'creation'): number {
  return round(busy[kind].requestsPerSecond / busy.bare.requestsPerSecond);
}

function ratioToLoop({ loop }: MeasuredQueue): number {
  return (loop.calls.requestsPerSecond * IDS_PER_CALL) / loop.singles.requestsPerSecond;
}

const round = (value: number) => Number(value.toPrecision(3));
