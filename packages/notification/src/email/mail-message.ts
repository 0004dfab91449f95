import addressparser from 'nodemailer/lib/addressparser';
import type { SendMailOptions } from 'nodemailer/lib/mailer';

/** One e-mail to one reader. */
export interface MailMessage {
  /** Stays the same when the message is sent again, and becomes its Message-ID. */
  readonly id: string;
  readonly to: { readonly name: string; readonly address: string };
  /** When it was written, for its `Date`. */
  readonly date: Date;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What became of one attempt to send. */
export type MailOutcome =
  | { readonly kind: 'accepted'; readonly statusCode: number | null }
  /** Certainly not taken. `isFinal`: the same message would be refused again. */
  | {
      readonly kind: 'refused';
      readonly isFinal: boolean;
      readonly statusCode: number | null;
      readonly reason: string;
    }
  /** The message was handed over and no answer came. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface Mailer {
  /** Longest attempt. */
  readonly timeoutMs: number;
  /**
   * Sends a message, once.
   * @param beforeHandOver runs after the server has agreed to take the message and before its first byte is given:
   * from there on, sending again could make two messages of one. When it throws, nothing is given.
   * @returns never throws for the server's or the network's sake.
   */
  send(message: MailMessage, beforeHandOver: () => Promise<void>): Promise<MailOutcome>;
}

/** The message as nodemailer takes it. */
export function composeMessage(message: MailMessage, from: string): SendMailOptions {
  const [sender] = addressparser(from, { flatten: true });
  const domain = sender?.address.split('@')[1] || 'localhost';
  return {
    from,
    to: { name: message.to.name, address: message.to.address },
    subject: message.subject,
    date: message.date,
    text: message.text,
    html: message.html,
    messageId: `<${message.id}@${domain}>`,
    // RFC 3834: so that no holiday responder answers.
    headers: { 'Auto-Submitted': 'auto-generated' },
    xMailer: false,
    // Nothing in a message may make this process read a file or a URL.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
