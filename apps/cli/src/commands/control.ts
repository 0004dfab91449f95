import type { JsonObject } from '@winnow/db';
import type { Command } from 'commander';
import { countOf, textOf } from '../client/api-client.ts';
import type { CommandContext } from '../command-context.ts';
import { formatCount } from '../screen/figures.ts';
import { type ApiOptions, KEY_OPTION, openApi, pathOfBulkDelete, URL_OPTION } from './bulk-delete-target.ts';
import type { RunCommand } from './run-command.ts';

const COMMANDS = [
  {
    name: 'pause',
    status: 'paused',
    description: 'stop a bulk delete for now; it can be resumed for 7 days',
  },
  { name: 'resume', status: 'resuming', description: 'let a paused bulk delete go on' },
  {
    name: 'cancel',
    status: 'cancelled',
    description: 'stop a bulk delete for good; what is deleted stays deleted',
  },
] as const;

/** `winnow pause|resume|cancel ID`. */
export function addControlCommands(program: Command, run: RunCommand): void {
  for (const { name, status, description } of COMMANDS) {
    program
      .command(name)
      .description(description)
      .argument('<id>', 'bulkdelete_…')
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
  const api = await openApi(context, options);
  context.screen.line(describeBulkDelete(await api.put(pathOfBulkDelete(id), { status })));
  return 0;
}

/** `bulkdelete_… is paused: 1,200 of 5,000 leads processed.` */
export function describeBulkDelete(bulkDelete: JsonObject): string {
  const asked = bulkDelete.asked_status;
  const state =
    typeof asked === 'string'
      ? `will be ${asked} when the page in hand is finished`
      : `is ${textOf(bulkDelete, 'status')}`;
  const figures =
    typeof bulkDelete.n_objects === 'number'
      ? `${formatCount(countOf(bulkDelete, 'n_objects_processed'))} of ${formatCount(bulkDelete.n_objects)} objects processed`
      : 'its query has not been resolved, nothing was touched';
  return `${textOf(bulkDelete, 'id')} ${state}: ${figures}.`;
}
