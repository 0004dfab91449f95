import { loadConfig } from '@winnow/config';
import { Command, CommanderError } from 'commander';
import type { CommandContext } from './command-context.ts';
import { describeError } from './command-failure.ts';
import { addControlCommands } from './commands/control.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addHoldCommand } from './commands/hold.ts';
import { addImportCommand } from './commands/import.ts';
import { addKeysCommand } from './commands/keys.ts';
import { addMigrateCommand } from './commands/migrate.ts';
import { addOrganizationsCommand } from './commands/organizations.ts';
import type { RunCommand } from './commands/run-command.ts';
import { addSeedCommand } from './commands/seed.ts';
import { addUndoCommand } from './commands/undo.ts';
import { addUpCommand } from './commands/up.ts';
import { addWatchCommand } from './commands/watch.ts';
import { createScreen } from './screen/screen.ts';

/**
 * Runs one command line to its end.
 * @param argv as `process.argv`.
 * @returns the exit code: 0 when the command did what it was asked.
 */
export async function main(argv: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  // Whoever read our output may go away (`winnow keys list | head -1`, a closed terminal): the work goes on without.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const screen = createScreen(process, environment);
  let exitCode = 0;
  /** Settings are read when a command runs, so that `--help` works with any environment. */
  const run = async (command: (context: CommandContext) => Promise<number>): Promise<void> => {
    exitCode = await command({ config: loadConfig(environment), environment, screen });
  };
  try {
    await buildProgram(run).parseAsync(argv);
    return exitCode;
  } catch (error) {
    // Commander has said what it had to say.
    if (error instanceof CommanderError) return error.exitCode;
    screen.note(`winnow: ${describeError(error)}`);
    const wantsMore = ['debug', 'trace'].includes(environment.LOG_LEVEL ?? '');
    if (wantsMore && error instanceof Error) screen.note(error.stack ?? '');
    return 1;
  }
}

/** The command line as data: names, options, help. @param run gives an action its context and keeps its exit code. */
export function buildProgram(run: RunCommand): Command {
  const program = new Command('winnow')
    .description(
      'Delete very many records by a structured query: in the background, exactly, stoppable, undoable.',
    )
    .exitOverride()
    .showHelpAfterError('(winnow --help shows what there is)')
    .addHelpText(
      'after',
      `
Commands use the database of DATABASE_URL; without it, the one embedded in the folder WINNOW_DATA_DIR (default
.winnow), which they start for as long as they need it unless "winnow up" runs there.`,
    );
  for (const add of [
    addUpCommand,
    addDemoCommand,
    addMigrateCommand,
    addOrganizationsCommand,
    addKeysCommand,
    addSeedCommand,
    addImportCommand,
    addWatchCommand,
    addControlCommands,
    addUndoCommand,
    addHoldCommand,
  ])
    add(program, run);
  return program;
}
