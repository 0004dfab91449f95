import { readdir, readFile } from 'node:fs/promises';
import { ConfigSchema } from '@winnow/config';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url);
const UNITS: readonly (readonly [string, number])[] = [
  ['d', 24 * 3_600_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
  ['ms', 1],
];

interface Row {
  readonly what: string;
  readonly bound: string;
  readonly setBy: string;
}

/** `90000` as `90 s`: the largest unit that leaves no rest; minutes and more only from two of them on. */
function describeMs(ms: number): string {
  const [unit, size] = UNITS.find(
    ([name, size]) => ms % size === 0 && (ms >= 2 * size || name === 's' || name === 'ms'),
  ) ??
    UNITS[4] ?? ['ms', 1];
  return `${ms / size} ${unit}`;
}

async function readRows(): Promise<readonly Row[]> {
  const page = await readFile(new URL('docs/operations.md', ROOT), 'utf8');
  const section = page.split(/^## /m).find((text) => text.startsWith('Time-outs\n')) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| what waits') && !line.startsWith('| ---'))
    .map((line) => {
      const [, what = '', bound = '', setBy = ''] = line.split('|').map((cell) => cell.trim());
      return { what, bound, setBy };
    });
}

const SETTING = /^`((?:WINNOW|PORT)[A-Z_]*)`$/;
const CONSTANT = /^fixed: `([A-Za-z_.]+)` in `([a-z/.-]+)`$/;

const LOCK_TIMEOUT = /^fixed: `lock_timeout` of `([a-z_]+)` in `([a-z0-9_/.-]+\.sql)`$/;

/** Milliseconds that a function of the database waits for a lock at most. */
async function readLockTimeout(name: string, file: string): Promise<number | undefined> {
  const text = await readFile(new URL(file, ROOT), 'utf8');
  const header = new RegExp(`^create function ${name}\\(.*\n.* set lock_timeout = '([0-9]+)ms' as$`, 'm');
  const [, ms] = header.exec(text) ?? [];
  return ms === undefined ? undefined : Number(ms);
}

/** The number of milliseconds behind what a row says it is set by. */
async function readBound(setBy: string): Promise<unknown> {
  const setting = SETTING.exec(setBy)?.[1];
  const properties: Readonly<Record<string, { readonly default?: unknown }>> = ConfigSchema.properties;
  if (setting !== undefined) return properties[setting]?.default;
  const [, sqlName, sqlFile] = LOCK_TIMEOUT.exec(setBy) ?? [];
  if (sqlName !== undefined && sqlFile !== undefined) return readLockTimeout(sqlName, sqlFile);
  const [, name = '', file = ''] = CONSTANT.exec(setBy) ?? [];
  return readConstant(name, file);
}

/** The number of milliseconds behind a name like `TIMEOUTS.socketMs`. */
async function readConstant(name: string, file: string): Promise<unknown> {
  const loaded: unknown = await import(new URL(file, ROOT).href);
  return name
    .split('.')
    .reduce(
      (value: unknown, key) =>
        typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined,
      loaded,
    );
}

async function sourceFiles(): Promise<readonly string[]> {
  const found = await Promise.all(
    ['packages', 'apps', 'infra/embedded'].map(async (folder) =>
      (await readdir(new URL(folder, ROOT), { recursive: true })).map((name) => `${folder}/${name}`),
    ),
  );
  return found
    .flat()
    .filter((name) => /\/src\/.*\.ts$/.test(name) && !/node_modules|\/demo\/|\.test\.ts$/.test(name));
}

describe('the table of time-outs in docs/operations.md', () => {
  it('says of each bound what the code says', async () => {
    const rows = await readRows();
    expect(rows.length).toBeGreaterThan(30);
    for (const { what, bound, setBy } of rows) {
      const value = await readBound(setBy);
      expect({ what, setBy, isNumber: typeof value }).toEqual({ what, setBy, isNumber: 'number' });
      expect({ what, bound }).toEqual({ what, bound: describeMs(Number(value)) });
    }
  });

  it('leaves out no setting and no constant that is called a time-out', async () => {
    const listed = (await readRows()).map(({ setBy }) => setBy).join('\n');
    const settings = Object.keys(ConfigSchema.properties).filter((name) =>
      /(TIMEOUT|GRACE|SYNCHRONOUS).*_MS$/.test(name),
    );
    const constants: string[] = [];
    for (const file of await sourceFiles()) {
      const text = await readFile(new URL(file, ROOT), 'utf8');
      for (const [, name] of text.matchAll(
        /^(?:export )?const ([A-Z_]*(?:TIMEOUT|SILENCE|GRACE|LOCK|LEASE|ACKNOWLEDGE)[A-Z_]*_MS)\b/gm,
      ))
        constants.push(`\`${name}\` in \`${file}\``);
    }
    expect(settings.length).toBeGreaterThan(6);
    expect(constants.length).toBeGreaterThan(15);
    expect(
      [...settings.map((name) => `\`${name}\``), ...constants].filter((name) => !listed.includes(name)),
    ).toEqual([]);
  });
});
