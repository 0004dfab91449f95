import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import SMTPTransport from 'nodemailer/lib/smtp-transport';
import { describeError } from '../attempt.ts';
import { composeMessage, type Mailer, type MailOutcome } from './mail-message.ts';

const SECOND = 1000;

export interface SmtpTimeouts {
  readonly connectionMs: number;
  readonly greetingMs: number;
  /** Of silence. */
  readonly socketMs: number;
  /** For the whole exchange, whatever the server keeps doing. */
  readonly totalMs: number;
}

export const TIMEOUTS: SmtpTimeouts = {
  connectionMs: 10 * SECOND,
  greetingMs: 10 * SECOND,
  socketMs: 30 * SECOND,
  totalMs: 60 * SECOND,
};

/** What nodemailer tells about a failure besides the message. */
function propertyOf(error: unknown, name: 'code' | 'command' | 'responseCode' | 'permanent'): unknown {
  return error instanceof Error && name in error ? Reflect.get(error, name) : undefined;
}

/** The server's refusal, 4xx or 5xx; null when the failure is not an answer of the server. */
function refusalCode(error: unknown): number | null {
  const code = propertyOf(error, 'responseCode');
  return typeof code === 'number' && code >= 400 ? code : null;
}

/**
 * Whether the same message would be refused again: a 5xx for the recipient or the message, or an address that is
 * none. A 5xx for us (login, sender, TLS) is the operator's to put right, and the message should then go out.
 */
function isFinalRefusal(error: unknown): boolean {
  const command = propertyOf(error, 'command');
  if (propertyOf(error, 'code') === 'EENVELOPE' && command === 'API') return true;
  return propertyOf(error, 'permanent') === true && (command === 'RCPT TO' || command === 'DATA');
}

function judgeFailure(error: unknown, wasHandedOver: boolean): MailOutcome {
  const statusCode = refusalCode(error);
  const reason = describeError(error);
  // With an answer of the server the outcome is known, even after the hand-over.
  if (wasHandedOver && statusCode === null) return { kind: 'unknown', reason };
  return { kind: 'refused', isFinal: isFinalRefusal(error), statusCode, reason };
}

/**
 * Sends by SMTP, over a connection of its own for each message: done e-mails are rare, and a pooled connection that
 * the server has dropped meanwhile would only add failures.
 */
export function createSmtpMailer(url: string, from: string, timeouts: SmtpTimeouts = TIMEOUTS): Mailer {
  return {
    timeoutMs: timeouts.totalMs,
    async send(message, beforeHandOver) {
      let wasHandedOver = false;
      const transport = createTransport(
        new SMTPTransport({
          url,
          connectionTimeout: timeouts.connectionMs,
          greetingTimeout: timeouts.greetingMs,
          socketTimeout: timeouts.socketMs,
          dnsTimeout: timeouts.connectionMs,
        }),
      );
      // The connection reads the message only after the server has answered DATA with 354: the generator's first step
      // is the last moment at which nothing has been handed over.
      transport.use('stream', (mail, done) => {
        const read = mail.message.createReadStream.bind(mail.message);
        const handOver = async function* () {
          await beforeHandOver();
          wasHandedOver = true;
          yield* read();
        };
        mail.message.createReadStream = () => Readable.from(handOver());
        done();
      });
      try {
        const sent = await transport.sendMail({
          ...composeMessage(message, from),
          signal: AbortSignal.timeout(timeouts.totalMs),
        });
        return { kind: 'accepted', statusCode: Number.parseInt(sent.response, 10) || null };
      } catch (error) {
        return judgeFailure(error, wasHandedOver);
      }
    },
  };
}
