import type { Actor } from '@winnow/bulk-delete';
import type { Authenticated } from '@winnow/db';
import type { FastifyRequest } from 'fastify';
import { forbidden } from './refusal.ts';

/** What a route asks of a key. */
export const SCOPES = ['read', 'write', 'delete', 'delete:permanent'] as const;
export type Scope = (typeof SCOPES)[number];

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the auth plugin; null where no key is needed. */
    caller: Authenticated | null;
  }
  interface FastifyContextConfig {
    /** The scope that a key needs for this route. */
    scope?: Scope;
  }
}

/** Whom the request speaks for. Throws where the auth plugin did not run: a programming error. */
export function callerOf(request: FastifyRequest): Authenticated {
  if (!request.caller)
    throw new Error(`${request.routeOptions.url ?? 'a route'} is not behind the auth plugin`);
  return request.caller;
}

/** The same as the engine wants it: who is on record as having asked. */
export function actorOf(request: FastifyRequest): Actor {
  const { organizationId, userId, apiKeyId } = callerOf(request);
  return { organizationId, userId, apiKeyId, requestId: request.id };
}

/** @throws Refusal 403 that names the scope, when the key has neither it nor `*`. */
export function assertScope({ scopes }: Pick<Authenticated, 'scopes'>, needed: Scope): void {
  if (scopes.includes('*') || scopes.includes(needed)) return;
  throw forbidden(`This API key lacks the scope "${needed}". It has: ${scopes.join(', ')}.`);
}
