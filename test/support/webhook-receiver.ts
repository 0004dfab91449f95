import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { atFileEnd } from './file-end.ts';

/** A webhook as it came. */
interface ReceivedWebhook {
  readonly headers: IncomingHttpHeaders;
  /** The bytes that the signature is about. */
  readonly body: Buffer;
}

export interface WebhookReceiver {
  readonly url: string;
  /** Whole requests, oldest first. */
  readonly received: readonly ReceivedWebhook[];
  /** Accepted connections, whether or not a request came. */
  connections(): number;
  close(): Promise<void>;
}

/**
 * A receiver of webhooks on loopback; closed at the end of the test file.
 * @param answer called with each whole request, its number (the first is 1), and what came; 200 when absent. May leave
 *   the answer open.
 * @param tls certificate and key, for https.
 */
export async function startReceiver(
  answer: (response: ServerResponse, requestNo: number, webhook: ReceivedWebhook) => void = (response) =>
    response.end(),
  tls?: { readonly cert: string; readonly key: string },
): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  let connections = 0;
  const listener: RequestListener = (request, response) => {
    buffer(request).then(
      (body) => {
        const webhook = { headers: request.headers, body };
        answer(response, received.push(webhook), webhook);
      },
      () => response.destroy(),
    );
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    forget();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const forget = atFileEnd('webhook receiver', close);
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/hook`,
    received,
    connections: () => connections,
    close,
  };
}
