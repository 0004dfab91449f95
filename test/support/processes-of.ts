import { readdir, readFile } from 'node:fs/promises';

/** A process as the system shows it (proc(5)). */
export interface RunningProcess {
  readonly pid: number;
  readonly commandLine: string;
}

/** Processes that this one has started. Only on Linux; elsewhere there are none to see. */
export async function childrenOf(parent: number): Promise<readonly RunningProcess[]> {
  const all = await Promise.all((await readdir('/proc').catch(() => [])).map(readProcess));
  return all.flatMap((one) => (one?.parent === parent ? [one] : []));
}

/** Processes whose command line or environment names this text, e.g. a folder. Only on Linux. */
export async function processesNaming(text: string): Promise<readonly RunningProcess[]> {
  const all = await Promise.all((await readdir('/proc').catch(() => [])).map(readProcess));
  return all.flatMap((one) =>
    one && one.pid !== process.pid && (one.commandLine.includes(text) || one.environment.includes(text))
      ? [one]
      : [],
  );
}

async function readProcess(
  entry: string,
): Promise<(RunningProcess & { parent: number; environment: string }) | null> {
  if (!/^\d+$/.test(entry)) return null;
  const read = (name: string) => readFile(`/proc/${entry}/${name}`, 'utf8').catch(() => '');
  const [stat, commandLine, environment] = await Promise.all([
    read('stat'),
    read('cmdline'),
    read('environ'),
  ]);
  // The second field, the name in parentheses, may itself hold spaces; a zombie (Z) runs no more.
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (parent === undefined || state === 'Z') return null;
  return {
    pid: Number(entry),
    parent: Number(parent),
    commandLine: commandLine.replaceAll('\0', ' ').trim(),
    environment,
  };
}
