import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ChaosReport } from './report.ts';

/** Writes what is known of a run that has differences into a new folder. @returns the folder. */
export async function writeDetails(report: ChaosReport): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), `winnow-chaos-${report.options.queue}-`));
  await writeFile(path.join(folder, 'differences.json'), JSON.stringify(report.differences, null, 2));
  await writeFile(path.join(folder, 'faults.json'), JSON.stringify(report.history, null, 2));
  const rows = {
    bulkDeletes: [...report.final.bulkDeletes.values()],
    undos: [...report.final.undos.values()],
  };
  await writeFile(path.join(folder, 'records.json'), JSON.stringify(rows, null, 2));
  for (const { name, logs } of report.logs) {
    const own = path.join(folder, name.replace(' ', '-'));
    await mkdir(own);
    for (const [i, log] of logs.entries()) await writeFile(path.join(own, `${i}.log`), log);
  }
  return folder;
}

/** How often each rule was broken. */
export function summarize(report: ChaosReport): string {
  const counts = new Map<string, number>();
  for (const { rule } of report.differences) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return [...counts].map(([rule, n]) => `${n} times not so: ${rule}`).join('\n');
}
