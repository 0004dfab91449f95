import type { IncomingMessage } from 'node:http';
import { encodeId, ID_PREFIX, newId } from '@winnow/catalog';
import type { FastifyInstance } from 'fastify';

/** What may stand in a log line and in a header as it came. */
const SANE = /^[A-Za-z0-9._:-]{1,128}$/;

/**
 * An id for each request: the one that the client gives it in `X-Request-Id`, when that is sane, else one of ours:
 * `req_…`. It stands in the answer, in the log, on the bulk delete that it made and in the events of that. Two
 * requests may have the same: it is a client's word for them, and nothing is found by it but what is the client's.
 */
export function requestIdFor({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && SANE.test(given) ? given : encodeId(ID_PREFIX.request, newId());
}

/** Sends the id with every answer, and keeps answers, which hold personal data, out of caches on the way. */
export function registerRequestId(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    reply.header('cache-control', 'no-store');
  });
}
