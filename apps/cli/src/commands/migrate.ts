import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { withDatabase } from '../stack/command-database.ts';
import { migrateAll } from '../stack/migrate-all.ts';
import type { RunCommand } from './run-command.ts';

export function addMigrateCommand(program: Command, run: RunCommand): void {
  program
    .command('migrate')
    .description('bring the tables up to date; safe beside other processes that do the same')
    .action(() => run(migrate));
}

async function migrate(context: CommandContext): Promise<number> {
  const applied = await withDatabase(context, (databaseUrl) => migrateAll(context.config, databaseUrl));
  for (const name of applied) context.screen.line(`applied ${name}`);
  context.screen.line(applied.length === 0 ? 'The tables are up to date.' : 'The tables are up to date now.');
  return 0;
}
