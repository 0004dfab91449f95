import { defineConfig } from 'vitest/config';

/** Long, so that only what hangs fails: nothing may depend on the speed of the machine. */
const TEST_TIMEOUT_MS = 60_000;
const HOOK_TIMEOUT_MS = 120_000;
/** Of tests that see processes through several faults, one after the other. */
const FAULTS_TIMEOUT_MS = 240_000;

/** A project whose tests have the run's PostgreSQL. Files run one after the other where `together` is false. */
const onServers = (name: string, groupOrder: number, together: boolean, testTimeout = TEST_TIMEOUT_MS) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/file-end-hook.ts'],
    pool: 'forks' as const,
    maxWorkers: together ? 2 : 1,
    testTimeout,
    hookTimeout: HOOK_TIMEOUT_MS,
    teardownTimeout: HOOK_TIMEOUT_MS,
    sequence: { groupOrder },
  },
});

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/**/*.test.ts',
            'apps/**/*.test.ts',
            'infra/**/*.test.ts',
            'test/support/**/*.test.ts',
          ],
          pool: 'forks',
          maxWorkers: 2,
          testTimeout: TEST_TIMEOUT_MS,
          hookTimeout: HOOK_TIMEOUT_MS,
          sequence: { groupOrder: 0 },
        },
      },
      onServers('integration', 1, true),
      onServers('conformance', 2, true),
      // These start processes that want a core, and connections to Postgres, for themselves.
      onServers('e2e', 3, false, FAULTS_TIMEOUT_MS),
      onServers('fault', 4, false, FAULTS_TIMEOUT_MS),
    ],
  },
});
