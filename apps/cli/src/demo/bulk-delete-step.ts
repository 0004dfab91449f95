import { setTimeout as pause } from 'node:timers/promises';
import type { JsonObject } from '@winnow/db';
import { countOf, textOf } from '../client/api-client.ts';
import { CommandFailure } from '../command-failure.ts';
import { formatCount, formatSeconds } from '../screen/figures.ts';
import { startProgress } from '../screen/progress.ts';
import { type DemoRun, printQuoted } from './demo-run.ts';

const POLL_MS = 100;
const TIMEOUT_MS = 120_000;
const FINAL: ReadonlySet<string> = new Set(['done', 'error', 'cancelled']);

/** Every lost opportunity: the language of Close's Advanced Filtering. */
const LOST_OPPORTUNITIES: JsonObject = {
  type: 'and',
  queries: [
    { type: 'object_type', object_type: 'opportunity' },
    {
      type: 'field_condition',
      field: { type: 'regular_field', object_type: 'opportunity', field_name: 'status_type' },
      condition: { type: 'term', values: ['lost'] },
    },
  ],
};

/**
 * Asks for the deletion over HTTP and watches it to its end.
 * @returns the bulk delete as the API shows it at the end.
 * @throws CommandFailure when it does not end within two minutes.
 */
export async function deleteLost(run: DemoRun, expected: number): Promise<JsonObject> {
  const { screen, checks, api } = run;
  const started = performance.now();
  const created = await api.post('bulk_action/delete/', { s_query: LOST_OPPORTUNITIES });
  const id = textOf(created, 'id');
  screen.line('   POST /api/v1/bulk_action/delete/ with this s_query:');
  printQuoted(screen, JSON.stringify(LOST_OPPORTUNITIES));
  screen.line(`   → ${id}, ${textOf(created, 'status')}`);
  const finished = await watch(run, id);
  const seconds = (performance.now() - started) / 1000;
  const status = textOf(finished, 'status');
  screen.line(
    `   → ${status} after ${formatSeconds(seconds)}: ${formatCount(countOf(finished, 'n_objects_deleted'))} deleted, ${formatCount(countOf(finished, 'n_objects_not_found'))} not found, ${formatCount(countOf(finished, 'n_objects_failed'))} failed`,
  );
  checks.check('the bulk delete is done', status === 'done');
  checks.check(
    `it found and deleted exactly ${formatCount(expected)}, all that the file calls lost`,
    countOf(finished, 'n_objects') === expected &&
      countOf(finished, 'n_objects_processed') === expected &&
      countOf(finished, 'n_objects_deleted') === expected,
  );
  return finished;
}

async function watch({ screen, api, stack }: DemoRun, id: string): Promise<JsonObject> {
  const progress = startProgress(screen, 'opportunities');
  const deadline = performance.now() + TIMEOUT_MS;
  try {
    while (performance.now() < deadline) {
      const now = await Promise.race([api.get(`bulk_action/delete/${id}/`), stack.broken]);
      const total = now.n_objects === null ? null : countOf(now, 'n_objects');
      progress.update(countOf(now, 'n_objects_processed'), total);
      if (FINAL.has(textOf(now, 'status'))) return now;
      await pause(POLL_MS);
    }
  } finally {
    progress.stop();
  }
  throw new CommandFailure(`The bulk delete ${id} did not end within ${TIMEOUT_MS / 1000} seconds.`);
}
