import { existsSync } from 'node:fs';

/**
 * Loaded before a process of ours (`--import`): on SIGUSR2 its event loop stands still, as in a computation without
 * end, until the file that TEST_UNBLOCK_FILE names is there.
 */
const LOOK_EVERY_MS = 50;
const file = process.env.TEST_UNBLOCK_FILE;
const nothing = new Int32Array(new SharedArrayBuffer(4));

process.on('SIGUSR2', () => {
  // Synchronous, so that a test can tell when it begins.
  process.stdout.write('event loop blocked\n');
  while (file !== undefined && !existsSync(file)) Atomics.wait(nothing, 0, 0, LOOK_EVERY_MS);
});
