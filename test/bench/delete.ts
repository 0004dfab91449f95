import { redisAvailable, startRedis } from '../support/redis.ts';
import { measureRawDelete } from './raw-delete.ts';
import type { BenchReport } from './report.ts';
import { type SeededServer, startSeededServer } from './seeded-server.ts';
import { measureWinnowDelete } from './winnow-delete.ts';

/** How many times as fast as the raw DELETE Winnow must be. */
const TARGET = { withArchive: 1.3, withoutArchive: 2 };
const SMALL_TARGETS = 20_000;

interface Run {
  readonly queue: 'postgres' | 'redis';
  readonly archive: boolean;
  readonly targets: number;
}

/**
 * POST to `done` over HTTP, on both queue backends, with the archive and without, beside one raw DELETE over ON DELETE
 * CASCADE keys on the same data. The raw DELETE runs first and last, and its mean is the baseline: a machine that
 * slows down meanwhile must not decide.
 */
export async function benchDelete({ leads }: { readonly leads: number }): Promise<BenchReport> {
  const server = await startSeededServer(leads);
  const runs: readonly Run[] = (
    redisAvailable ? (['postgres', 'redis'] as const) : (['postgres'] as const)
  ).flatMap((queue) => [
    { queue, archive: true, targets: Math.min(SMALL_TARGETS, leads) },
    { queue, archive: true, targets: leads },
    { queue, archive: false, targets: leads },
  ]);
  const raw = () => server.withCopy(({ db }) => measureRawDelete(db, server.organizationId));
  const firstRawMs = await raw();
  const results = [];
  for (const run of runs) results.push({ run, ...(await measureRun(server, run)) });
  const rawMs = (firstRawMs + (await raw())) / 2;
  const rawRate = leads / rawMs;
  const rows = [
    {
      how: 'raw DELETE, ON DELETE CASCADE',
      leads,
      seconds: seconds(rawMs),
      'leads/s': perSecond(leads, rawMs),
      ratio: 1,
    },
    ...results.map(({ run, ms, peakWorkerMb }) => ({
      how: `Winnow, queue on ${run.queue}, ${run.archive ? 'archive' : 'no archive'}`,
      leads: run.targets,
      seconds: seconds(ms),
      'leads/s': perSecond(run.targets, ms),
      ratio: Number((run.targets / ms / rawRate).toFixed(2)),
      'worker peak RSS, MB': peakWorkerMb ?? 'unknown',
    })),
  ];
  const missed = results.filter(
    ({ run, ms }) =>
      run.targets === leads &&
      run.targets / ms / rawRate < (run.archive ? TARGET.withArchive : TARGET.withoutArchive),
  );
  return {
    name: 'delete',
    rows,
    notes: [
      `${server.childrenPerLead.toFixed(1)} children a lead; the baseline is the mean of two raw runs.`,
      `targets: ${TARGET.withArchive} with the archive, ${TARGET.withoutArchive} without: ${missed.length === 0 ? 'met' : 'MISSED'}`,
      ...(redisAvailable ? [] : ['no redis-server on the PATH: the queue on Redis was not measured']),
    ],
    passed: missed.length === 0,
  };
}

async function measureRun(server: SeededServer, run: Run) {
  const redis = run.queue === 'redis' ? await startRedis() : undefined;
  const result = await server.withCopy(({ url, db }) =>
    measureWinnowDelete(
      db,
      { DATABASE_URL: url, ...(redis ? { REDIS_URL: redis.url } : {}) },
      {
        apiKey: server.apiKey,
        targets: run.targets,
        limit: run.targets === server.leads ? null : run.targets,
        archive: run.archive,
      },
    ),
  );
  await redis?.stop();
  return result;
}

const seconds = (ms: number) => Number((ms / 1000).toFixed(2));
const perSecond = (n: number, ms: number) => Math.round((n / ms) * 1000);
