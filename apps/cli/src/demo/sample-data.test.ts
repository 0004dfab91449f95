import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countFile } from './pipeline-counts.ts';
import { writeSampleData } from './sample-data.ts';

describe('writeSampleData', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'winnow-sample-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('writes the same files every time, with every stage and with rows that name no account', async () => {
    const { accounts, pipeline } = await writeSampleData(folder);
    const first = [await readFile(accounts, 'utf8'), await readFile(pipeline, 'utf8')];
    await writeSampleData(folder);
    expect([await readFile(accounts, 'utf8'), await readFile(pipeline, 'utf8')]).toEqual(first);
    const { active, won, lost, withoutAccount } = await countFile(pipeline);
    expect(active + won + lost).toBe(5000);
    for (const count of [active, won, lost, withoutAccount]) expect(count).toBeGreaterThan(500);
  });
});
