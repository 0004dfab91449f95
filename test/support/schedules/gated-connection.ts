import { createConnection, createServer, type Socket } from 'node:net';
import type { Checkpoint } from './checkpoints.ts';

const HOST = '127.0.0.1';

/** The way of one engine to Postgres. It reads the statements that pass, and stops the engine at the one that is meant. */
export interface Gate {
  readonly port: number;
  /** Stops whoever comes to this checkpoint next. @returns when somebody stands there. */
  arm(checkpoint: Checkpoint): Promise<void>;
  /** Stops nobody any more. Who stands at the checkpoint goes on. */
  open(): void;
  /** Cuts all connections to the server. Who stands at the checkpoint never learns of it unless told: it is as dead. */
  cut(options: { readonly told: boolean }): void;
  /** Lets nobody through any more, and tells everybody. */
  close(): Promise<void>;
}

/** Two sockets, and what is not passed on between them. */
interface Passage {
  readonly client: Socket;
  readonly server: Socket;
  held: { readonly to: Socket; readonly chunk: Buffer }[] | null;
  /** The statement at which to stop is with the server. */
  awaitsAnswer: boolean;
  serverIsGone: boolean;
}

/** @param onStatement hears what goes to the server, before it goes there. */
export async function openGate(targetPort: number, onStatement: (text: string) => void): Promise<Gate> {
  const passages = new Set<Passage>();
  let armed: { readonly checkpoint: Checkpoint; next: number; readonly reached: () => void } | null = null;

  const stop = (passage: Passage): void => {
    passage.held ??= [];
    armed?.reached();
    armed = null;
  };
  const watch = (passage: Passage, chunk: Buffer): void => {
    const text = chunk.toString('latin1');
    onStatement(text);
    if (!armed?.checkpoint.statements[armed.next]?.test(text)) return;
    armed.next += 1;
    if (armed.next < armed.checkpoint.statements.length) return;
    if (armed.checkpoint.when === 'sent') stop(passage);
    else passage.awaitsAnswer = true;
  };
  const pass = (passage: Passage, to: Socket, chunk: Buffer): void => {
    if (passage.held) passage.held.push({ to, chunk });
    else to.write(chunk);
  };
  const letGo = (passage: Passage): void => {
    passage.awaitsAnswer = false;
    for (const { to, chunk } of passage.held ?? []) if (!to.destroyed) to.write(chunk);
    passage.held = null;
    if (passage.serverIsGone) passage.client.end();
  };

  const listener = createServer((client) => {
    const server = createConnection(targetPort, HOST);
    const passage: Passage = { client, server, held: null, awaitsAnswer: false, serverIsGone: false };
    passages.add(passage);
    client.setNoDelay(true);
    server.setNoDelay(true);
    client.on('data', (chunk) => {
      watch(passage, chunk);
      pass(passage, server, chunk);
    });
    server.on('data', (chunk) => {
      if (passage.awaitsAnswer) {
        passage.awaitsAnswer = false;
        stop(passage);
      }
      pass(passage, client, chunk);
    });
    for (const socket of [client, server]) socket.on('error', () => {});
    client.on('close', () => {
      passages.delete(passage);
      server.destroy();
    });
    server.on('close', () => {
      passage.serverIsGone = true;
      if (!passage.held) client.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(0, HOST, resolve);
  });
  const address = listener.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    arm: (checkpoint) =>
      new Promise((reached) => {
        armed = { checkpoint, next: 0, reached };
      }),
    open() {
      armed = null;
      for (const passage of passages) letGo(passage);
    },
    cut({ told }) {
      armed = null;
      for (const passage of passages) {
        if (told) passage.client.destroy();
        else passage.held ??= [];
        passage.server.destroy();
      }
    },
    async close() {
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      for (const { client } of passages) client.destroy();
      await closed;
    },
  };
}
