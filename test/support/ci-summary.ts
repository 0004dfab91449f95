import { readFile } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

/** The part of Vitest's JSON report that we count from. */
const Report = Type.Object({
  testResults: Type.Array(
    Type.Object({
      name: Type.String(),
      status: Type.String(),
      message: Type.Optional(Type.String()),
      assertionResults: Type.Array(Type.Object({ fullName: Type.String(), status: Type.String() })),
    }),
  ),
});

/** What the tests of the Redis lane have in their names (`describeOnEachQueue`, `describeOnRedis`). */
const REDIS_LANE = /redis/i;
/** What the test has in its name that fills a disk, for which a file system must be mounted: many containers forbid that. */
const REAL_DISK = /on a disk that is really full/;

/**
 * `ci-summary.ts REPORT FAILURES`: prints `N passed, N failed` (and `, N skipped`) as the last line, and ends with 1 when
 * anything failed, no test ran, or the Redis lane was skipped.
 * FAILURES is 1 when a step failed before, which the report cannot know.
 */
const [reportFile, failuresBefore] = process.argv.slice(2);
if (reportFile === undefined) throw new Error('Usage: ci-summary.ts REPORT FAILURES');
const files = await readReport(reportFile);
const tests = files.flatMap((file) => file.assertionResults);
const count = (status: string): number => tests.filter((test) => test.status === status).length;

const passed = count('passed');
// A file that fails without a failed test (it does not load, or a hook fails) is a failure of its own.
const brokenFiles = files.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
);
const failed = count('failed') + brokenFiles.length;
const skipped = tests.length - passed - count('failed');
const wasSkipped = (names: RegExp): boolean =>
  tests.some((test) => test.status !== 'passed' && test.status !== 'failed' && names.test(test.fullName));
const redisSkipped = wasSkipped(REDIS_LANE);

for (const file of brokenFiles) console.log(`${file.name}: ${file.message ?? 'failed'}`);
if (tests.length === 0) console.log('No test ran.');
if (redisSkipped)
  console.log('The Redis lane was skipped: redis-server or valkey-server must be on the PATH.');
if (wasSkipped(REAL_DISK))
  console.log('The test on a full disk was skipped: it needs root, who may mount a file system.');
if (failuresBefore === '1') console.log('A step failed, see above.');
process.exitCode = failed > 0 || passed === 0 || redisSkipped || failuresBefore !== '0' ? 1 : 0;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);

async function readReport(file: string) {
  const content = await readFile(file, 'utf8');
  return content === '' ? [] : Value.Decode(Report, JSON.parse(content)).testResults;
}
