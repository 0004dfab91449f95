import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { atFileEnd } from './file-end.ts';

/** A message that the server took. */
interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** As it went over the wire, without the dots. */
  readonly raw: Buffer;
}

/** What the server says at one step: nothing for "go on", or a refusal with its reply code. */
type Reply = { readonly code: number; readonly text: string } | undefined;

export interface MailServerBehaviour {
  /** Answers RCPT TO. */
  readonly onRecipient?: (address: string, recipientNo: number) => Reply | Promise<Reply>;
  /** Answers the whole message; without an answer the client waits. */
  readonly onMessage?: (messageNo: number) => Reply | 'silence' | 'hang up';
  readonly login?: { readonly user: string; readonly pass: string };
}

export interface MailServer {
  readonly url: string;
  /** Messages that were accepted, oldest first. */
  readonly accepted: readonly ReceivedMail[];
  /** Whole messages that were given, accepted or not. */
  given(): number;
  close(): Promise<void>;
}

const refuse = ({ code, text }: { readonly code: number; readonly text: string }) =>
  Object.assign(new Error(text), { responseCode: code });

/** A real SMTP server on loopback; closed at the end of the test file. */
export async function startMailServer(behaviour: MailServerBehaviour = {}): Promise<MailServer> {
  const accepted: ReceivedMail[] = [];
  const sockets = new Set<Socket>();
  let given = 0;
  let recipients = 0;
  const hangUp = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const options: SMTPServerOptions = {
    authOptional: behaviour.login === undefined,
    disabledCommands: behaviour.login === undefined ? ['STARTTLS', 'AUTH'] : ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    logger: false,
    onAuth(auth, _session, done) {
      const { user, pass } = behaviour.login ?? {};
      if (auth.username === user && auth.password === pass) done(null, { user });
      else done(refuse({ code: 535, text: 'wrong password' }));
    },
    async onRcptTo({ address }, _session, done) {
      recipients += 1;
      const reply = await behaviour.onRecipient?.(address, recipients);
      if (reply) done(refuse(reply));
      else done();
    },
    async onData(stream, session, done) {
      const raw = await buffer(stream).catch(() => undefined);
      // The client hung up in the middle: RFC 5321 has the server forget the message.
      if (raw === undefined) return;
      given += 1;
      const reply = behaviour.onMessage?.(given);
      if (reply === 'hang up') return hangUp();
      if (reply === 'silence') return;
      if (reply) return done(refuse(reply));
      const { mailFrom, rcptTo } = session.envelope;
      accepted.push({
        from: mailFrom ? mailFrom.address : '',
        to: rcptTo.map(({ address }) => address),
        raw,
      });
      done();
    },
  };
  const server = new SMTPServer(options);
  server.on('error', () => {});
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    forget();
    hangUp();
    await new Promise<void>((resolve) => server.close(resolve));
  };
  const forget = atFileEnd('mail server', close);
  const { port } = server.server.address() as AddressInfo;
  const login = behaviour.login ? `${behaviour.login.user}:${behaviour.login.pass}@` : '';
  return { url: `smtp://${login}127.0.0.1:${port}`, accepted, given: () => given, close };
}
