import { setTimeout as pause } from 'node:timers/promises';
import type { JsonObject } from '@winnow/db';
import type { Command } from 'commander';
import { countOf, textOf } from '../client/api-client.ts';
import type { CommandContext } from '../command-context.ts';
import { type Progress, startProgress } from '../screen/progress.ts';
import { listenForStop } from '../stack/stop-signals.ts';
import {
  type ApiOptions,
  BULK_ACTION_ARGUMENT,
  isUndoId,
  KEY_OPTION,
  openApi,
  pathOfBulkAction,
  URL_OPTION,
} from './bulk-action-target.ts';
import { describeBulkAction, describeLeaving, describeMotion, reasonToWait } from './describe-bulk-action.ts';
import { createPatientLook } from './patient-look.ts';
import type { RunCommand } from './run-command.ts';

/** 128 + SIGINT, as shells count. */
const EXIT_STOPPED = 130;
const FINAL: ReadonlySet<string> = new Set(['done', 'error', 'cancelled']);

/** `winnow watch ID`. */
export function addWatchCommand(program: Command, run: RunCommand): void {
  program
    .command('watch')
    .description('watch a bulk delete or an undo to its end; Ctrl-C stops watching, and nothing else')
    .argument(...BULK_ACTION_ARGUMENT)
    .option(...URL_OPTION)
    .option(...KEY_OPTION)
    .action((id: string, options: ApiOptions) => run((context) => watch(context, id, options)));
}

/** @returns 0 when it is done, 1 when it ended otherwise. */
async function watch(context: CommandContext, id: string, options: ApiOptions): Promise<number> {
  const path = pathOfBulkAction(id);
  const api = await openApi(context, options);
  const stop = listenForStop(() => process.exit(EXIT_STOPPED));
  try {
    return await watchUntil(context, () => api.get(path, stop.signal), stop.signal);
  } catch (error) {
    // Only before the first answer: afterwards there is more to say.
    if (!stop.signal.aborted) throw error;
    context.screen.note('No longer watching.');
    return EXIT_STOPPED;
  } finally {
    stop.close();
  }
}

async function watchUntil(
  { screen }: CommandContext,
  get: () => Promise<JsonObject>,
  stop: AbortSignal,
): Promise<number> {
  // A wrong URL, key or id would stay wrong: the first look is not a patient one.
  let now = await get();
  const progress = startProgress(screen, isUndoId(textOf(now, 'id')) ? 'records processed' : 'objects');
  const patient = createPatientLook(get, progress.say);
  const show = createShow(progress);
  try {
    while (!isOver(now)) {
      show(now);
      await pause(patient.waitMs, undefined, { signal: stop });
      now = (await patient.look()) ?? now;
    }
    if (typeof now.n_objects === 'number') show(now);
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    progress.stop();
  }
  if (!isOver(now)) {
    const known = patient.isAway ? ' So it was when the API answered last.' : '';
    screen.note(`No longer watching. ${describeLeaving(now)}${known}`);
    return EXIT_STOPPED;
  }
  screen.line(describeBulkAction(now));
  if (typeof now.error_message === 'string') screen.line(now.error_message);
  return textOf(now, 'status') === 'done' ? 0 : 1;
}

function isOver(now: JsonObject): boolean {
  return FINAL.has(textOf(now, 'status'));
}

/** Shows figures and state; a reason to wait is said once, however often work on it fails for that reason. */
function createShow(progress: Progress): (now: JsonObject) => void {
  let said: string | undefined;
  return (now) => {
    const reason = reasonToWait(now);
    if (reason !== undefined && reason !== said) progress.say(`${textOf(now, 'id')} waits: ${reason}`);
    said = reason ?? said;
    const total = typeof now.n_objects === 'number' ? now.n_objects : null;
    progress.update(
      countOf(now, 'n_objects_processed'),
      total,
      isOver(now) ? undefined : describeMotion(now),
    );
  };
}
