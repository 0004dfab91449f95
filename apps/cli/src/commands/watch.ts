import { setTimeout as pause } from 'node:timers/promises';
import type { JsonObject } from '@winnow/db';
import type { Command } from 'commander';
import { countOf, textOf } from '../client/api-client.ts';
import type { CommandContext } from '../command-context.ts';
import { formatCount } from '../screen/figures.ts';
import { startProgress } from '../screen/progress.ts';
import { listenForStop } from '../stack/stop-signals.ts';
import { type ApiOptions, KEY_OPTION, openApi, pathOfBulkDelete, URL_OPTION } from './bulk-delete-target.ts';
import { describeBulkDelete } from './control.ts';
import type { RunCommand } from './run-command.ts';

const LOOK_EVERY_MS = 500;
/** 128 + SIGINT, as shells count. */
const EXIT_STOPPED = 130;
const FINAL: ReadonlySet<string> = new Set(['done', 'error', 'cancelled']);

/** `winnow watch ID`. */
export function addWatchCommand(program: Command, run: RunCommand): void {
  program
    .command('watch')
    .description('watch a bulk delete to its end; Ctrl-C stops watching, not the bulk delete')
    .argument('<id>', 'bulkdelete_…')
    .option(...URL_OPTION)
    .option(...KEY_OPTION)
    .action((id: string, options: ApiOptions) => run((context) => watch(context, id, options)));
}

/** @returns 0 when it is done, 1 when it ended otherwise. */
async function watch(context: CommandContext, id: string, options: ApiOptions): Promise<number> {
  const { screen } = context;
  const api = await openApi(context, options);
  const path = pathOfBulkDelete(id);
  const stop = listenForStop(() => process.exit(EXIT_STOPPED));
  let now = await api.get(path);
  const progress = startProgress(screen, 'objects');
  try {
    while (!FINAL.has(textOf(now, 'status')) && !stop.signal.aborted) {
      const total = typeof now.n_objects === 'number' ? now.n_objects : null;
      progress.update(countOf(now, 'n_objects_processed'), total, describePace(now));
      await pause(LOOK_EVERY_MS, undefined, { signal: stop.signal }).catch(() => undefined);
      if (!stop.signal.aborted) now = await api.get(path);
    }
    if (typeof now.n_objects === 'number')
      progress.update(countOf(now, 'n_objects_processed'), now.n_objects);
  } finally {
    progress.stop();
    stop.close();
  }
  if (!FINAL.has(textOf(now, 'status'))) {
    screen.note(
      `No longer watching. ${textOf(now, 'id')} goes on without you; "winnow cancel" would stop it.`,
    );
    return EXIT_STOPPED;
  }
  screen.line(describeBulkDelete(now));
  if (typeof now.error_message === 'string') screen.line(now.error_message);
  return textOf(now, 'status') === 'done' ? 0 : 1;
}

/** The pace and the time left, or the state where there is no pace. */
function describePace(now: JsonObject): string {
  const status = textOf(now, 'status');
  if (status !== 'processing') return status;
  const pace =
    typeof now.objects_per_second === 'number'
      ? `${formatCount(Math.round(now.objects_per_second))}/s`
      : 'pace unknown';
  const left =
    typeof now.seconds_left === 'number' ? `${formatCount(now.seconds_left)} s left` : 'time left unknown';
  return `${pace}, ${left}`;
}
