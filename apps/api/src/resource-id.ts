import { newId } from '@winnow/catalog';
import type { FastifyRequest } from 'fastify';

/**
 * The UUID that what this POST makes must get. What a request makes is made under it and under no other, so that a
 * repetition finds what the first one made: with an Idempotency-Key it is the same for every beginning of the request.
 */
export function resourceIdOf(request: FastifyRequest): string {
  request.resourceId ??= newId();
  return request.resourceId;
}

/**
 * Whether an earlier beginning of this request may have made it already, and ended before it answered. Then it must be
 * looked for before anything is checked: what the first one was allowed may be refused by now.
 */
export function mayBeMade(request: FastifyRequest): boolean {
  return request.idempotency?.isRepeated ?? false;
}
