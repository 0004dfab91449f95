import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { credentialsFile, readCredentials, writeCredentials } from './credentials.ts';

const CREDENTIALS = {
  base_url: 'http://127.0.0.1:8080',
  api_key: 'api_x.y',
  organization_id: 'orga_x',
  user_id: 'user_x',
};

describe('credentials.json', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'winnow-credentials-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is read as it was written, and only its owner may read it, also where it was open before', async () => {
    await writeFile(credentialsFile(folder), '{}', { mode: 0o644 });
    await writeCredentials(folder, CREDENTIALS);
    expect(await readCredentials(folder)).toEqual(CREDENTIALS);
    expect((await stat(credentialsFile(folder))).mode & 0o777).toBe(0o600);
  });

  it.each(['', '{', 'null', '{"base_url":"x"}', '[]'])('counts as missing when it holds %j', async (text) => {
    await writeFile(credentialsFile(folder), text);
    expect(await readCredentials(folder)).toBeUndefined();
  });

  it('may be missing', async () => {
    expect(await readCredentials(path.join(folder, 'nowhere'))).toBeUndefined();
  });
});
