import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { loadConfig } from '@winnow/config';
import { openMailOutbox } from '@winnow/embedded';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { createCheckList } from '../demo/check-list.ts';
import { createDemoFolder } from '../demo/demo-folder.ts';
import { printStep } from '../demo/demo-run.ts';
import { isAbout } from '../demo/notice-step.ts';
import { runDemo } from '../demo/run-demo.ts';
import { type DemoData, dataIn, writeSampleData } from '../demo/sample-data.ts';
import { formatSeconds } from '../screen/figures.ts';
import { type Stack, startStack } from '../stack/stack.ts';
import { listenForStop } from '../stack/stop-signals.ts';
import { parseWholeNumber } from './numbers.ts';
import type { RunCommand } from './run-command.ts';

/** 128 + SIGINT, as shells count. */
const EXIT_STOPPED = 130;

interface DemoOptions {
  readonly data?: string;
  readonly port: number;
}

export function addDemoCommand(program: Command, run: RunCommand): void {
  program
    .command('demo')
    .description('show a bulk delete from the POST to the done e-mail and webhook, on a database of its own')
    .option('--data <folder>', 'accounts.csv and sales_pipeline.csv to use instead of made-up ones')
    .option('--port <n>', 'port of the API; a free one unless given', parseWholeNumber, 0)
    .action((options: DemoOptions) => run((context) => demo(context, options)));
}

/** @returns 0 only when everything that it checks held. */
async function demo(context: CommandContext, options: DemoOptions): Promise<number> {
  const { screen } = context;
  const started = performance.now();
  const given = options.data === undefined ? undefined : await findData(path.resolve(options.data));
  let stack: Stack | undefined;
  const stop = listenForStop(() => {
    stack?.kill();
    process.exit(EXIT_STOPPED);
  });
  const troubles: string[] = [];
  const folder = await createDemoFolder();
  try {
    screen.line(screen.style('bold', 'Winnow: a bulk delete, from the POST to the done e-mail'));
    printStep(screen, 1, 'Start PostgreSQL, API and worker');
    const environment = demoEnvironment(context.environment, folder.path, options.port);
    stack = await startStack({
      config: loadConfig(environment),
      environment,
      signal: stop.signal,
      onTrouble: (text) => void troubles.push(text),
    });
    screen.line(`   ${stack.baseUrl}, with a fresh database (${secondsSince(started)})`);
    const checks = createCheckList(screen);
    const data = given ?? (await writeSample(folder.path));
    const walked = runDemo({ screen, checks }, stack, data);
    const id = await Promise.race([walked, stack.broken, rejectOn(stop.signal)]);

    printStep(screen, 8, 'Stop everything');
    await stack.stop();
    const letters = await countLetters(stack, id);
    checks.check(
      'there is exactly one done e-mail, now that nothing runs that could send another',
      letters === 1,
    );
    screen.line();
    const took = secondsSince(started);
    if (checks.failed === 0) {
      screen.line(screen.style('green', `All ${checks.count} checks held (${took}).`));
      return 0;
    }
    screen.line(screen.style('red', `${checks.failed} of ${checks.count} checks did not hold (${took}).`));
    for (const trouble of troubles) screen.note(trouble);
    return 1;
  } catch (error) {
    if (stop.signal.aborted) return EXIT_STOPPED;
    for (const trouble of troubles) screen.note(trouble);
    throw error;
  } finally {
    await stack?.stop().catch(() => {});
    await folder.remove();
    stop.close();
  }
}

/** The demo's own settings whatever the environment says: it must not touch anybody's database or mail server. */
function demoEnvironment(environment: NodeJS.ProcessEnv, dataDir: string, port: number): NodeJS.ProcessEnv {
  return {
    ...environment,
    DATABASE_URL: '',
    REDIS_URL: '',
    SMTP_URL: '',
    HOST: '',
    PORT: String(port),
    WINNOW_PUBLIC_URL: '',
    WINNOW_DATA_DIR: dataDir,
    WINNOW_MAIL_DIR: '',
    // Its receiver listens on the loopback interface.
    WINNOW_WEBHOOK_ALLOW_PRIVATE: 'true',
  };
}

async function findData(folder: string): Promise<DemoData> {
  const data = dataIn(folder);
  for (const file of Object.values(data)) {
    if (!(await stat(file).catch(() => null))?.isFile())
      throw new CommandFailure(
        `There is no file ${file}; --data takes a folder with accounts.csv and sales_pipeline.csv.`,
      );
  }
  return data;
}

async function writeSample(dataDir: string): Promise<DemoData> {
  const folder = path.join(dataDir, 'sample');
  await mkdir(folder);
  return writeSampleData(folder);
}

async function countLetters(stack: Stack, id: string): Promise<number> {
  if (stack.mailDir === null) return 0;
  const outbox = await openMailOutbox(stack.mailDir);
  await outbox.close();
  return outbox.messages.filter((message) => isAbout(message, id)).length;
}

function rejectOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function secondsSince(started: number): string {
  return formatSeconds((performance.now() - started) / 1000);
}
