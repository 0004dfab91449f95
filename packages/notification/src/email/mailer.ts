import type { Mailer } from './mail-message.ts';
import { createOutbox } from './outbox.ts';
import { createSmtpMailer, type SmtpTimeouts } from './smtp.ts';

/**
 * @param options.smtpUrl `smtp://…` or `smtps://…`; without it messages become files.
 * @param options.mailDir folder of the `.eml` files.
 * @param options.from sender, `Name <address>`.
 */
export function createMailer(options: {
  readonly smtpUrl?: string | undefined;
  readonly mailDir: string;
  readonly from: string;
  readonly timeouts?: SmtpTimeouts;
}): Mailer {
  return options.smtpUrl === undefined
    ? createOutbox(options.mailDir, options.from)
    : createSmtpMailer(options.smtpUrl, options.from, options.timeouts);
}
