import type { FastifyInstance } from 'fastify';

/**
 * Longest that an answer may stand still: a client that does not take it any more, or lines that are not found. It is
 * longer than Postgres may be silent, which a client should hear of. Milliseconds.
 */
export const ANSWER_SILENCE_MS = 60_000;

/** Ends the connection of an answer that stands still, so that a client that has stopped reading holds nothing of ours. */
export function registerAnswerTimeout(app: FastifyInstance, silenceMs = ANSWER_SILENCE_MS): void {
  app.addHook('onSend', async ({ raw }) => {
    // Node ends a connection on which nothing moves for so long, and takes the bound back with the next request.
    raw.socket.setTimeout?.(silenceMs);
  });
}
