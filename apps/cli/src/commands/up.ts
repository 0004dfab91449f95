import { once } from 'node:events';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { printGreeting } from '../stack/greeting.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { listenForStop } from '../stack/stop-signals.ts';
import type { RunCommand } from './run-command.ts';

/** 128 + SIGINT, as shells count. */
const EXIT_AT_ONCE = 130;

export function addUpCommand(program: Command, run: RunCommand): void {
  program
    .command('up')
    .description('start everything: database, API and worker; Ctrl-C stops all of it')
    .addHelpText(
      'after',
      `
Settings come from the environment: PORT (8080) and HOST (127.0.0.1) for the API, WINNOW_DATA_DIR (.winnow) for what is kept.
Without DATABASE_URL an embedded PostgreSQL is started; without REDIS_URL the queue lives in PostgreSQL; without SMTP_URL e-mails
are written into the data folder. The first start makes an organization, a user and an API key.`,
    )
    .action(() => run(up));
}

/** Runs until it is told to stop (0) or a part of it breaks (an error). */
async function up(context: CommandContext): Promise<number> {
  const { screen } = context;
  let stack: Stack | undefined;
  const stop = listenForStop(() => {
    stack?.kill();
    // The database is told to end by its lifeline, as after any crash.
    process.exit(EXIT_AT_ONCE);
  });
  try {
    screen.note('Starting …');
    stack = await startStack({
      ...context,
      signal: stop.signal,
      onTrouble: (text) => screen.note(screen.style('yellow', text)),
      onMail: (mail) =>
        screen.line(
          `e-mail to ${mail.to.join(', ')}: ${mail.subject} ${screen.style('dim', `(${mail.file})`)}`,
        ),
    });
    printGreeting(context.screen, stack);
    await Promise.race([once(stop.signal, 'abort'), stack.broken]);
    return 0;
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return 0;
  } finally {
    if (stack) screen.note('Stopping … (Ctrl-C again: at once)');
    await stack?.stop();
    stop.close();
    if (stack && stop.signal.aborted) screen.note('Stopped. All data is kept.');
  }
}
