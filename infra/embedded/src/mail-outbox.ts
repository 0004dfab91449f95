import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import PostalMime from 'postal-mime';
import { createArrivals } from './arrivals.ts';

/** The folder is looked at, not watched: change notices are missing on network and container mounts. */
const POLL_MS = 100;

/** A message as its reader sees it. */
export interface OutboxMessage {
  readonly file: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** By lower-case name, unfolded; the first of those that stand there more than once. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface MailOutbox {
  /** Everything read so far, in the order of arrival. */
  readonly messages: readonly OutboxMessage[];
  /** The first message that fits. @throws when none came within `timeoutMs`, or the outbox was closed. */
  waitFor(fits: (message: OutboxMessage) => boolean, timeoutMs: number): Promise<OutboxMessage>;
  close(): Promise<void>;
}

/**
 * Reads the `.eml` files of a folder, those that are there and those that come. A file must be whole when it gets its
 * name (written aside and renamed). A name counts once: a message that is sent again replaces its file.
 * @param folder made when missing.
 * @param options.onMessage is told of each message.
 * @param options.onError is told of a file that cannot be read or is no message; it is not read again.
 */
export async function openMailOutbox(
  folder: string,
  options: {
    readonly onMessage?: (message: OutboxMessage) => void;
    readonly onError?: (error: unknown) => void;
  } = {},
): Promise<MailOutbox> {
  await mkdir(folder, { recursive: true });
  const arrivals = createArrivals<OutboxMessage>('messages');
  const known = new Set<string>();
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const readNew = async (): Promise<void> => {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.eml') && !known.has(name)).sort();
    for (const name of names) {
      known.add(name);
      const message = await readMessage(path.join(folder, name)).catch(options.onError ?? (() => {}));
      if (!message) continue;
      arrivals.add(message);
      options.onMessage?.(message);
    }
  };
  const look = async (): Promise<void> => {
    await readNew().catch(options.onError ?? (() => {}));
    if (!closed) timer = setTimeout(() => (looking = look()), POLL_MS).unref();
  };
  let looking = look();
  await looking;

  return {
    messages: arrivals.list,
    waitFor: arrivals.waitFor,
    async close() {
      closed = true;
      clearTimeout(timer);
      await looking;
      clearTimeout(timer);
      arrivals.end(new Error('The mail outbox was closed.'));
    },
  };
}

async function readMessage(file: string): Promise<OutboxMessage> {
  const email = await PostalMime.parse(await readFile(file));
  const headers = new Map<string, string>();
  for (const { key, value } of email.headers) if (!headers.has(key)) headers.set(key, value);
  return {
    file,
    from: email.from?.address ?? '',
    to: (email.to ?? []).flatMap(
      (entry) => entry.address ?? (entry.group ?? []).map((member) => member.address),
    ),
    subject: email.subject ?? '',
    text: email.text ?? '',
    html: email.html ?? '',
    headers,
  };
}
