import type { FastifyInstance } from 'fastify';

/**
 * Lets the server close when the requests in hand are answered: an answer that is sent after closing has begun ends
 * its connection, which a client would otherwise keep open, and the process with it, for a minute.
 * @returns whether the app is closing.
 */
export function registerClosing(app: FastifyInstance): () => boolean {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
  return () => closing;
}
