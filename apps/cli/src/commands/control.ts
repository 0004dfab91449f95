import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import {
  type ApiOptions,
  BULK_ACTION_ARGUMENT,
  KEY_OPTION,
  openApi,
  pathOfBulkAction,
  URL_OPTION,
} from './bulk-action-target.ts';
import { describeBulkAction } from './describe-bulk-action.ts';
import type { RunCommand } from './run-command.ts';

const COMMANDS = [
  {
    name: 'pause',
    status: 'paused',
    description:
      'stop a bulk delete or an undo for now; a bulk delete can be resumed for 7 days, an undo for as long as you like',
  },
  { name: 'resume', status: 'resuming', description: 'let a paused bulk delete or undo go on' },
  {
    name: 'cancel',
    status: 'cancelled',
    description:
      'stop a bulk delete or an undo for good; what is deleted stays deleted, what is back stays back',
  },
] as const;

/** `winnow pause|resume|cancel ID`. */
export function addControlCommands(program: Command, run: RunCommand): void {
  for (const { name, status, description } of COMMANDS) {
    program
      .command(name)
      .description(description)
      .argument(...BULK_ACTION_ARGUMENT)
      .option(...URL_OPTION)
      .option(...KEY_OPTION)
      .action((id: string, options: ApiOptions) => run((context) => control(context, id, status, options)));
  }
}

async function control(
  context: CommandContext,
  id: string,
  status: string,
  options: ApiOptions,
): Promise<number> {
  const path = pathOfBulkAction(id);
  const api = await openApi(context, options);
  context.screen.line(describeBulkAction(await api.put(path, { status })));
  return 0;
}
