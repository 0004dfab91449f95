import type { JsonObject } from '@winnow/db';
import type { Command } from 'commander';
import { countOf } from '../client/api-client.ts';
import type { CommandContext } from '../command-context.ts';
import { formatCount } from '../screen/figures.ts';
import {
  type ApiOptions,
  BULK_DELETE_ARGUMENT,
  KEY_OPTION,
  openApi,
  pathOfBulkDelete,
  URL_OPTION,
} from './bulk-action-target.ts';
import { describeBulkAction } from './describe-bulk-action.ts';
import type { RunCommand } from './run-command.ts';

interface UndoOptions extends ApiOptions {
  readonly dryRun?: boolean;
}

/** `winnow undo ID [--dry-run]`. */
export function addUndoCommand(program: Command, run: RunCommand): void {
  program
    .command('undo')
    .description('give back everything that a bulk delete took, in the background')
    .argument(...BULK_DELETE_ARGUMENT)
    .option('--dry-run', 'only say what would come back and what would not')
    .option(...URL_OPTION)
    .option(...KEY_OPTION)
    .action((id: string, options: UndoOptions) => run((context) => undo(context, id, options)));
}

async function undo(context: CommandContext, id: string, options: UndoOptions): Promise<number> {
  const api = await openApi(context, options);
  const isTrial = options.dryRun === true;
  const answer = await api.post(`${pathOfBulkDelete(id)}undo/`, { dry_run: isTrial });
  for (const line of isTrial ? describeTrial(answer) : [describeBulkAction(answer)])
    context.screen.line(line);
  return 0;
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
