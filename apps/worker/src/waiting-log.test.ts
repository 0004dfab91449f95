import { createLogger } from '@winnow/logger';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createWaitingLog, type WaitingLog } from './waiting-log.ts';

const FULL = Object.assign(new Error('could not extend file'), { code: '53100' });

let lines: { readonly msg: string; readonly code?: string; readonly waitedMs?: number }[];
let log: WaitingLog;

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  log = createWaitingLog(createLogger({ name: 'test', level: 'info', destination }));
});
afterEach(() => vi.useRealTimers());

it('warns once, however many rows wait and however often they are tried, and says once that they go on', () => {
  for (let i = 0; i < 10; i += 1) {
    log.waits('a', FULL);
    log.waits('b', FULL);
    vi.advanceTimersByTime(1000);
  }
  log.goesOn('another');
  log.goesOn('a');
  expect(lines).toMatchObject([{ msg: 'work waits for the database', code: '53100' }]);
  log.goesOn('b');
  log.goesOn('b');
  expect(lines.slice(1)).toMatchObject([{ msg: 'what waited for the database goes on', waitedMs: 10_000 }]);
});

it('does not wait for a row that somebody else has gone on with', () => {
  log.waits('a', FULL);
  vi.advanceTimersByTime(60_000);
  expect(lines[1]).toMatchObject({ waitedMs: 0 });
  log.waits('a', FULL);
  expect(lines).toHaveLength(3);
});
