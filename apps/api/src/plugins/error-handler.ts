import { ArchiveExpiredError, BulkDeleteError } from '@winnow/bulk-delete';
import { QueryError } from '@winnow/query';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { gone, invalid, Refusal } from '../refusal.ts';
import { refuseDatabaseError } from './database-errors.ts';
import { refuseSearchError } from './search-errors.ts';

export const NOT_FOUND =
  'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.';

/** Every error becomes an answer of Close's shape; what is nobody's but ours is logged and says nothing. */
export function registerErrorHandler(app: FastifyInstance): void {
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(answerNotFound);
}

/** Answers an error that a hook or a handler threw, or that Fastify met before it found a route. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return answerRefusal(request, reply, { refusal: refusalFor(error, request), error });
}

/** Sends a refusal; what is a fault of ours is logged with the error that caused it. */
export function answerRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
  { refusal, error }: { readonly refusal: Refusal; readonly error: unknown },
): FastifyReply {
  // A refusal that was thrown as one is meant, whatever its status.
  if (refusal.statusCode >= 500 && !(error instanceof Refusal))
    request.log.error({ err: error, status: refusal.statusCode }, 'request failed');
  // Fastify answers some errors before any hook has run.
  reply.header('x-request-id', request.id);
  return reply
    .status(refusal.statusCode)
    .headers(refusal.headers)
    .type('application/json')
    .send(refusal.body);
}

function answerNotFound(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.status(404).type('application/json').send({ error: NOT_FOUND });
}

/** The answer to an error, in Close's shape. Routes with an envelope of their own say it again in theirs. */
export function refusalFor(error: unknown, request: FastifyRequest): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof QueryError || error instanceof BulkDeleteError)
    return invalid({ [error.path]: error.message });
  if (error instanceof ArchiveExpiredError) return gone(error.message);
  return (
    refuseFastifyError(error, request) ??
    refuseSearchError(error) ??
    refuseDatabaseError(error) ??
    new Refusal(500, {
      error: `Something went wrong on our side. Please report the request id ${request.id}.`,
    })
  );
}

/** What Fastify itself refuses, by its error codes (Fastify documentation, Reference/Errors). */
function refuseFastifyError(error: unknown, request: FastifyRequest): Refusal | undefined {
  if (!isFastifyError(error)) return undefined;
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Refusal(413, {
        error: `The request body is too large: at most ${request.routeOptions.bodyLimit} bytes.`,
      });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Refusal(415, {
        error: 'The request body must be JSON, with "Content-Type: application/json".',
      });
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return invalid({}, ['The request body is not valid JSON.']);
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return invalid({}, ['The request body is not as long as its Content-Length says, or is not UTF-8.']);
    case 'FST_ERR_BAD_URL':
      return invalid({}, ['The path of this URL is not valid.']);
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new Refusal(404, { error: NOT_FOUND });
    default:
      return error.statusCode !== undefined && error.statusCode < 500
        ? new Refusal(error.statusCode, { error: error.message })
        : undefined;
  }
}

function isFastifyError(error: unknown): error is FastifyError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('FST_ERR_')
  );
}
