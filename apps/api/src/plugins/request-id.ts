import { encodeId, ID_PREFIX, newId } from '@winnow/catalog';
import type { FastifyInstance } from 'fastify';

/** An id for each request: `req_…`. It stands in the answer, in the log and on the bulk delete that it made. */
export function newRequestId(): string {
  return encodeId(ID_PREFIX.request, newId());
}

/** Sends the id with every answer, and keeps answers, which hold personal data, out of caches on the way. */
export function registerRequestId(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    reply.header('cache-control', 'no-store');
  });
}
