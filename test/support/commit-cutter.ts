import { createConnection, createServer, type Socket } from 'node:net';
import { atFileEnd } from './file-end.ts';

const HOST = '127.0.0.1';
/** `commit` as a simple query (PostgreSQL documentation, 54.7): type, length, text, zero byte. */
const COMMIT = Buffer.from('Q\0\0\0\x0bcommit\0', 'latin1');

/** What becomes of a COMMIT: it never reaches the server, or the server does it and its answer never comes back. */
export type CutCommit = 'request lost' | 'answer lost';

/** A network to Postgres that fails in the middle of a COMMIT, so that the client cannot know what became of it. */
export interface CommitCutter {
  /** The same database through this network. */
  urlFor(url: string): string;
  /** From now on passes connections on to another server; those that are open are cut. */
  turnTo(port: number): void;
  /**
   * Cuts the connections of the next transactions, at their COMMIT, in which a statement with one of these texts was sent.
   * @param how what becomes of each COMMIT, in turn; after the last one nothing is cut any more.
   */
  cut(texts: readonly string[], how: readonly CutCommit[]): void;
  /** How many are still to be cut. */
  left(): number;
}

/** Listens on a free port of the loopback interface; closed with the test file. */
export async function startCommitCutter(targetPort: number): Promise<CommitCutter> {
  let target = targetPort;
  let markers: readonly string[] = [];
  let planned: CutCommit[] = [];
  const sockets = new Set<Socket>();

  const server = createServer((client) => {
    const upstream = createConnection(target, HOST);
    let isMarked = false;
    let isLost = false;
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on('data', (chunk) => {
      if (planned.length > 0 && markers.some((text) => chunk.includes(text))) isMarked = true;
      if (isMarked && chunk.includes(COMMIT)) {
        isMarked = false;
        const how = planned.shift();
        if (how === 'request lost') return end();
        isLost = how === 'answer lost';
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      // The answer to a COMMIT says that it is done.
      if (isLost) end();
      else client.write(chunk);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, HOST, resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the network has no port');
  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  atFileEnd(`network on port ${address.port}`, async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    cutAll();
    await closed;
  });
  return {
    urlFor(url) {
      const through = new URL(url);
      through.port = String(address.port);
      return through.href;
    },
    turnTo(port) {
      target = port;
      cutAll();
    },
    cut(texts, how) {
      markers = texts;
      planned = [...how];
    },
    left: () => planned.length,
  };
}
