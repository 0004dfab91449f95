import type { JsonObject } from '@winnow/db';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refusal } from '../refusal.ts';
import { answerRefusal, NOT_FOUND, refusalFor } from './error-handler.ts';

/** How a group of routes says a refusal. */
export type PresentRefusal = (refusal: Refusal, request: FastifyRequest) => JsonObject;

/**
 * Gives the routes of a scope an error body of their own: for what their handlers and hooks throw, for methods that
 * their URLs do not take, and for URLs below the scope's prefix that are nothing. Must come before the routes.
 */
export function registerEnvelope(scope: FastifyInstance, present: PresentRefusal): void {
  const answer = (error: FastifyError | Refusal, request: FastifyRequest, reply: FastifyReply) => {
    const refusal = refusalFor(error, request);
    return answerRefusal(request, reply, {
      refusal: new Refusal(refusal.statusCode, present(refusal, request), refusal.headers),
      error,
    });
  };
  scope.setErrorHandler(answer);
  // What answers the methods that a URL does not take is registered elsewhere, and learns of it by the route.
  scope.addHook('onRoute', (route) => {
    route.errorHandler ??= answer;
  });
}

/** The same for URLs below the scope's prefix that are nothing. One scope of a prefix can have it. */
export function registerEnvelopeForUnknownUrls(scope: FastifyInstance, present: PresentRefusal): void {
  scope.setNotFoundHandler((request, reply) => {
    const refusal = new Refusal(404, { error: NOT_FOUND });
    return reply.status(404).type('application/json').send(present(refusal, request));
  });
}
