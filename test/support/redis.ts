import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createConnection } from 'node:net';
import { runWhenGone } from '@winnow/embedded';
import { atFileEnd } from './file-end.ts';
import { freePort } from './free-port.ts';
import { makeServerFolder } from './server-folder.ts';
import { waitFor } from './wait-for.ts';

const HOST = '127.0.0.1';
const MOST_PORTS = 5;
const PROGRAMS = ['redis-server', 'valkey-server'];

const program = PROGRAMS.find((name) => spawnSync(name, ['--version']).status === 0);

/** Whether this machine has a Redis or Valkey; without one, tests on it are skipped (and `.ci/run` fails). */
export const redisAvailable = program !== undefined;

export interface RedisOptions {
  /** Write every change to the append-only file, so that `restart` and `kill` lose nothing. */
  readonly appendOnly?: boolean;
  /** `10mb`, say; with the policy `noeviction`, as the queue needs it. */
  readonly maxMemory?: string;
}

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Sends a command without binary arguments (`FLUSHALL`). @returns the raw answer, `+OK` for example. */
  send(command: string): Promise<string>;
  /** Ends it; nothing listens on the port any more. */
  stop(): Promise<void>;
  /** Ends it if it runs, and starts it again on the same port and folder. */
  restart(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

/** Starts a Redis on a free port; it is ended with the test file. */
export async function startRedis(options: RedisOptions = {}): Promise<TestRedis> {
  const folder = await makeServerFolder('redis');
  let { port, server } = await launchOnFreePort(folder.path, options);
  const end = (signal: NodeJS.Signals): Promise<void> => server.end(signal);
  atFileEnd(`redis on port ${port}`, async () => {
    await end('SIGKILL');
    await folder.remove();
  });
  return {
    url: `redis://${HOST}:${port}`,
    port,
    get pid() {
      return server.pid;
    },
    send: (command) => send(port, command),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM');
      server = await launch(folder.path, port, options);
    },
  };
}

/** A port that was free may be somebody else's a moment later; then another is tried. */
async function launchOnFreePort(folder: string, options: RedisOptions) {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    try {
      return { port, server: await launch(folder, port, options) };
    } catch (error) {
      if (tries === MOST_PORTS) throw error;
    }
  }
}

async function launch(folder: string, port: number, options: RedisOptions) {
  if (program === undefined) throw new Error(`None of ${PROGRAMS.join(', ')} is installed`);
  const settings = {
    port: String(port),
    bind: HOST,
    dir: folder,
    save: '',
    appendonly: options.appendOnly ? 'yes' : 'no',
    appendfsync: 'always',
    'maxmemory-policy': 'noeviction',
    ...(options.maxMemory ? { maxmemory: options.maxMemory } : {}),
  };
  const child = spawn(
    program,
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  );
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const exited = new Promise<void>((resolve) =>
    child.once('exit', () => resolve()).once('error', () => resolve()),
  );
  const pid = child.pid ?? 0;
  const lifeline = runWhenGone(['/bin/sh', '-c', `kill -KILL ${pid}`]);
  void exited.then(() => lifeline.cut());
  await waitFor(async () => hasExited(child) || ((await isItself(port, pid)) && (await answersPing(port))), {
    what: 'Redis to answer',
  }).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  if (hasExited(child)) throw new Error(`Redis did not start:\n${output}`);
  return {
    pid,
    async end(signal: NodeJS.Signals) {
      child.kill(signal);
      // A stopped process takes no other signal before it continues.
      child.kill('SIGCONT');
      await exited;
    },
  };
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Whether who answers there is this process, and no other server that has come by the port before it. */
async function isItself(port: number, pid: number): Promise<boolean> {
  const answer = await send(port, 'INFO server').catch(() => '');
  return answer.split('\r\n').includes(`process_id:${pid}`);
}

/** While it reads its append-only file it answers -LOADING. */
async function answersPing(port: number): Promise<boolean> {
  const answer = await send(port, 'PING').catch(() => '');
  return answer === '+PONG';
}

function send(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, HOST, () => socket.write(`${command}\r\n`));
    socket.setEncoding('utf8').once('data', (data: string) => {
      socket.destroy();
      resolve(data.trimEnd());
    });
    socket.once('error', reject).once('end', () => reject(new Error('Redis hung up.')));
  });
}
