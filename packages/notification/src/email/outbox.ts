import { mkdir, open, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import { describeError } from '../attempt.ts';
import { composeMessage, type Mailer } from './mail-message.ts';

/** A file system that takes longer than this for one small file is broken. */
export const TIMEOUT_MS = 10_000;

/** A file is whole or not there: written under another name, forced to the disk, then renamed. */
async function writeWhole(folder: string, name: string, content: Readable | Buffer): Promise<void> {
  await mkdir(folder, { recursive: true });
  const draft = join(folder, `.${name}.${process.pid}`);
  const file = await open(draft, 'w');
  try {
    await writeFile(file, content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, join(folder, name));
}

/**
 * Messages as `.eml` files, for machines without a mail server. A file is named by its message's id: sending again
 * replaces it, so this mailer needs no hand-over mark.
 */
export function createOutbox(folder: string, from: string): Mailer {
  const transport = createTransport({ streamTransport: true, newline: 'windows' });
  return {
    timeoutMs: TIMEOUT_MS,
    async send(message) {
      try {
        const composed = await transport.sendMail(composeMessage(message, from));
        await writeWhole(folder, `${message.id}.eml`, composed.message);
        return { kind: 'accepted', statusCode: null };
      } catch (error) {
        return { kind: 'refused', isFinal: false, statusCode: null, reason: describeError(error) };
      }
    },
  };
}
