import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MailOutbox, openMailOutbox } from './mail-outbox.ts';

let folder: string;
let outbox: MailOutbox | undefined;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'winnow-outbox-'));
});

afterEach(async () => {
  await outbox?.close();
  await rm(folder, { recursive: true });
});

async function arrive(name: string, lines: readonly string[]): Promise<void> {
  await writeFile(path.join(folder, `.${name}`), lines.join('\r\n'));
  await rename(path.join(folder, `.${name}`), path.join(folder, name));
}

const MESSAGE = [
  'From: Winnow <winnow@localhost>',
  'To: ann@example.com, Team: ben@example.com, cid@example.com;',
  'Subject: =?utf-8?Q?2=2C473_gel=C3=B6scht?=',
  'X-Winnow-Id: 7',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'Gel=C3=B6scht: all of=',
  ' them.',
];

describe('openMailOutbox', () => {
  it('reads a message that was there before and one that comes later, decoded', async () => {
    await arrive('a.eml', MESSAGE);
    outbox = await openMailOutbox(folder);
    expect(outbox.messages).toHaveLength(1);
    expect(outbox.messages[0]).toMatchObject({
      from: 'winnow@localhost',
      to: ['ann@example.com', 'ben@example.com', 'cid@example.com'],
      subject: '2,473 gelöscht',
    });
    expect(outbox.messages[0]?.text.trim()).toBe('Gelöscht: all of them.');
    expect(outbox.messages[0]?.headers.get('x-winnow-id')).toBe('7');

    const later = outbox.waitFor((message) => message.subject === 'Later', 30_000);
    await arrive('b.eml', ['From: winnow@localhost', 'To: ann@example.com', 'Subject: Later', '', 'x']);
    expect((await later).file).toBe(path.join(folder, 'b.eml'));
  });

  it('counts a message that is sent again once, and takes no draft for a message', async () => {
    const seen: string[] = [];
    outbox = await openMailOutbox(folder, { onMessage: (message) => seen.push(path.basename(message.file)) });
    await writeFile(path.join(folder, '.draft.eml.1'), MESSAGE.join('\r\n'));
    await arrive('a.eml', MESSAGE);
    await outbox.waitFor((message) => message.file.endsWith('a.eml'), 30_000);
    await arrive('a.eml', MESSAGE);
    await arrive('z.eml', MESSAGE);
    await outbox.waitFor((message) => message.file.endsWith('z.eml'), 30_000);
    expect(seen).toEqual(['a.eml', 'z.eml']);
  });

  it('tells those who wait when the message does not come, or the outbox is closed', async () => {
    outbox = await openMailOutbox(folder);
    await expect(outbox.waitFor(() => true, 1)).rejects.toThrow('None of the 0 messages');
    const waiting = expect(outbox.waitFor(() => true, 30_000)).rejects.toThrow('closed');
    await outbox.close();
    await waiting;
  });
});
