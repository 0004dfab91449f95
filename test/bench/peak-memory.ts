import { readFile } from 'node:fs/promises';

/** Most memory that a process ever had resident, in MB, as Linux counts it; undefined on other systems. */
export async function readPeakMemoryMb(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
}
