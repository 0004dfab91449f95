import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openServiceLog, readLogLine } from './service-log.ts';

describe('readLogLine', () => {
  it('makes a sentence of a log record', () => {
    expect(readLogLine('{"level":30,"msg":"api listening","url":"http://x"}')).toEqual({
      text: 'api listening',
      isTrouble: false,
    });
    expect(readLogLine('{"level":40,"msg":"slow"}')).toEqual({ text: 'warning: slow', isTrouble: true });
    expect(readLogLine('{"level":50,"msg":"failed","err":{"message":"no disk"}}')).toEqual({
      text: 'error: failed: no disk',
      isTrouble: true,
    });
    expect(readLogLine('{"level":50,"msg":"no disk","err":{"message":"no disk"}}').text).toBe(
      'error: no disk',
    );
  });

  it('leaves what is no log record as it is, and takes it for trouble', () => {
    expect(readLogLine('Error: boom')).toEqual({ text: 'Error: boom', isTrouble: true });
    expect(readLogLine('{"level":')).toEqual({ text: '{"level":', isTrouble: true });
    expect(readLogLine('')).toEqual({ text: '', isTrouble: false });
  });
});

describe('openServiceLog', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'winnow-log-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const follow = async (text: string): Promise<{ told: string[]; last: readonly string[] }> => {
    const told: string[] = [];
    const log = await openServiceLog(folder, 'api', { onTrouble: (line) => void told.push(line) });
    const stream = new PassThrough();
    log.follow(stream);
    stream.end(text);
    await once(stream, 'close');
    await log.close();
    return { told, last: log.lastLines() };
  };

  it('keeps everything in a file that only its owner reads, and tells each trouble once', async () => {
    const warning = '{"level":40,"msg":"database away"}';
    const { told, last } = await follow(`{"level":30,"msg":"hello"}\n${warning}\n${warning}\n`);
    const file = path.join(folder, 'api.log');
    expect(await readFile(file, 'utf8')).toBe(`{"level":30,"msg":"hello"}\n${warning}\n${warning}\n`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(told).toEqual(['warning: database away']);
    expect(last).toEqual(['hello', 'warning: database away', 'warning: database away']);
  });

  it('keeps only the newest lines at hand', async () => {
    const { last } = await follow(Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join(''));
    expect(last).toHaveLength(20);
    expect(last.at(-1)).toBe('line 99');
  });

  it('puts a long file aside and begins anew', async () => {
    const file = path.join(folder, 'api.log');
    await writeFile(file, 'old');
    await truncate(file, 11 * 1024 * 1024);
    await follow('new\n');
    expect(await readFile(file, 'utf8')).toBe('new\n');
    expect((await stat(`${file}.1`)).size).toBe(11 * 1024 * 1024);
  });
});
