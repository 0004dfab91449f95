import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { createArrivals } from './arrivals.ts';

const HOST = '127.0.0.1';
const BODY_LIMIT_BYTES = 16 * 1024 * 1024;

/** A request exactly as it came: a signature is over the bytes of the body, not over what they mean. */
export interface ReceivedWebhook {
  readonly method: string;
  /** With the query string. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly receivedAt: Date;
}

export interface WebhookReceiver {
  /** `http://127.0.0.1:PORT/`; every path under it is taken. */
  readonly url: string;
  /** In the order of arrival. */
  readonly received: readonly ReceivedWebhook[];
  /** The first request that fits. @throws when none came within `timeoutMs`, or the receiver was closed. */
  waitFor(fits: (webhook: ReceivedWebhook) => boolean, timeoutMs: number): Promise<ReceivedWebhook>;
  /** Stops listening and cuts open connections. */
  close(): Promise<void>;
}

/**
 * An HTTP server of the loopback interface that keeps what it is sent and answers 200 (413 to a body over 16 MiB).
 * @param options.port a free one unless given.
 * @throws the system's error when the port is taken.
 */
export async function startWebhookReceiver(
  options: { readonly port?: number } = {},
): Promise<WebhookReceiver> {
  const arrivals = createArrivals<ReceivedWebhook>('requests');
  const server = createServer(async (request, response) => {
    const body = await readBody(request).catch(() => null);
    if (body === null) {
      response.writeHead(413, { connection: 'close' }).end();
      return;
    }
    arrivals.add({
      method: request.method ?? '',
      path: request.url ?? '/',
      headers: request.headers,
      body,
      receivedAt: new Date(),
    });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, HOST, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The receiver has no port.');
  return {
    url: `http://${HOST}:${address.port}/`,
    received: arrivals.list,
    waitFor: arrivals.waitFor,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      arrivals.end(new Error('The webhook receiver was closed.'));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > BODY_LIMIT_BYTES) throw new Error('The body is too large.');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
