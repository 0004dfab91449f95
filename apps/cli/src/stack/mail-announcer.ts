import { type OutboxMessage, openMailOutbox } from '@winnow/embedded';

/**
 * Tells of each message that comes into a folder from now on; those that lie there are old news.
 * @returns a function that ends it.
 */
export async function announceMail(
  mailDir: string,
  onMail: (message: OutboxMessage) => void,
): Promise<() => Promise<void>> {
  let isLive = false;
  const outbox = await openMailOutbox(mailDir, { onMessage: (message) => isLive && onMail(message) });
  isLive = true;
  return () => outbox.close();
}
