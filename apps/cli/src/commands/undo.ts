import type { JsonObject } from '@winnow/db';
import type { Command } from 'commander';
import { countOf, textOf } from '../client/api-client.ts';
import type { CommandContext } from '../command-context.ts';
import { formatCount } from '../screen/figures.ts';
import { type ApiOptions, KEY_OPTION, openApi, pathOfBulkDelete, URL_OPTION } from './bulk-delete-target.ts';
import type { RunCommand } from './run-command.ts';

interface UndoOptions extends ApiOptions {
  readonly dryRun?: boolean;
}

/** `winnow undo ID [--dry-run]`. */
export function addUndoCommand(program: Command, run: RunCommand): void {
  program
    .command('undo')
    .description('give back everything that a bulk delete took, in the background')
    .argument('<id>', 'bulkdelete_…')
    .option('--dry-run', 'only say what would come back and what would not')
    .option(...URL_OPTION)
    .option(...KEY_OPTION)
    .action((id: string, options: UndoOptions) => run((context) => undo(context, id, options)));
}

async function undo(context: CommandContext, id: string, options: UndoOptions): Promise<number> {
  const api = await openApi(context, options);
  const isTrial = options.dryRun === true;
  const answer = await api.post(`${pathOfBulkDelete(id)}undo/`, { dry_run: isTrial });
  for (const line of isTrial ? describeTrial(answer) : [describeUndo(answer)]) context.screen.line(line);
  return 0;
}

/** `bulkundo_… is created: 0 of 5,000 records are back, 0 in conflict.` */
function describeUndo(undone: JsonObject): string {
  const [restored, failed] = [countOf(undone, 'n_objects_restored'), countOf(undone, 'n_objects_failed')];
  return (
    `${textOf(undone, 'id')} is ${textOf(undone, 'status')}: ${formatCount(restored)} of ` +
    `${formatCount(countOf(undone, 'n_objects'))} records are back, ${formatCount(failed)} in conflict.`
  );
}

function describeTrial(trial: JsonObject): readonly string[] {
  if (typeof trial.error_message === 'string') return [`It could not be undone: ${trial.error_message}`];
  if (typeof trial.n_objects !== 'number') return [String(trial.note)];
  const conflicts = Object.entries(trial.conflict_counts ?? {}).map(
    ([code, n]) => `  ${code}: ${formatCount(Number(n))}`,
  );
  return [
    `${formatCount(countOf(trial, 'n_objects_restorable'))} of ${formatCount(trial.n_objects)} records would come back.`,
    ...conflicts,
  ];
}
