import { readdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../support/index.ts';
import { processesNaming } from '../support/processes-of.ts';
import { runWinnow, startWinnow } from '../support/winnow.ts';

const TIMEOUT_MS = 180_000;
/** A public CRM data set, which is not part of the repository. */
const DATA = fileURLToPath(new URL('../../../shared/data/crm-sales-opportunities', import.meta.url));

const exists = (name: string): Promise<boolean> =>
  stat(name).then(
    () => true,
    () => false,
  );

/** Neither folders nor processes of a demo; this file runs alone. */
function nothingLeft(): Promise<unknown> {
  return waitFor(
    async () =>
      (await readdir(tmpdir())).every((name) => !name.startsWith('winnow-demo-')) &&
      (await processesNaming('winnow-demo-')).length === 0,
    { what: 'the end of all that the demo made' },
  );
}

describe('winnow demo', () => {
  it(
    'shows a bulk delete from the POST to the done e-mail and webhook, checks every count, and cleans up',
    async () => {
      // Somebody's own settings must not be touched by a demo.
      const end = await runWinnow(['demo'], {
        DATABASE_URL: 'postgres://127.0.0.1:1/not-this-one',
        SMTP_URL: 'smtp://127.0.0.1:1',
        TMPDIR: tmpdir(),
      });
      expect(end.stderr).toBe('');
      expect(end.stdout).toMatch(/^All 11 checks held/m);
      expect(end.stdout).not.toContain('✗');
      expect(end.stdout).toMatch(/Subject: Bulk delete finished: 1,363 opportunities deleted/);
      expect(end.code).toBe(0);
      await nothingLeft();
    },
    TIMEOUT_MS,
  );

  it(
    'deletes every lost opportunity of a real data set, exactly',
    async (context) => {
      if (!(await exists(DATA))) context.skip(`there is no ${DATA}`);
      const end = await runWinnow(['demo', '--data', DATA], {});
      expect(end.stdout).toMatch(/ {6}85 leads from accounts\.csv/);
      expect(end.stdout).toMatch(/8,800 opportunities from sales_pipeline\.csv/);
      expect(end.stdout).toMatch(/1,425 of the opportunities name no account/);
      expect(end.stdout).toMatch(/✓ it found and deleted exactly 2,473, all that the file calls lost/);
      expect(end.stdout).toMatch(/after: +2,089 active, 4,238 won, 0 lost; 2,473 in the archive/);
      expect(end.stdout).toMatch(/^All 11 checks held/m);
      expect(end.code).toBe(0);
    },
    TIMEOUT_MS,
  );

  it('refuses a folder without the files in a sentence', async () => {
    const end = await runWinnow(['demo', '--data', tmpdir()], {});
    expect(end).toMatchObject({ code: 1, stdout: '' });
    expect(end.stderr).toMatch(/^winnow: There is no file .*accounts\.csv; --data takes a folder/);
  });

  it(
    'leaves nothing behind when it is interrupted',
    async () => {
      const demo = startWinnow(['demo'], {});
      await waitFor(() => demo.output().includes('2. Import'), {
        timeoutMs: 120_000,
        what: 'the second step',
      });
      demo.kill('SIGINT');
      expect((await demo.ended).code).toBe(130);
      await nothingLeft();
    },
    TIMEOUT_MS,
  );
});
