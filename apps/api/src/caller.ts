import type { Actor } from '@winnow/bulk-delete';
import { API_KEY_SCOPES, type Authenticated } from '@winnow/db';
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
    /** The kind of objects that the route is about: `read:leads` opens it as `read` does. */
    family?: string;
    /** Whether the route keeps to the campaigns of a key that is restricted to some; no other route is open to it. */
    campaignScoped?: boolean;
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
  const { method, url } = request;
  const path = url.split('?', 1)[0] ?? url;
  return { organizationId, userId, apiKeyId, requestId: request.id, request: { method, path } };
}

/** The scopes of which a key needs one: the wide one, or that of the kind of objects where there is such a scope. */
export function openingScopes(needed: Scope, family?: string): readonly string[] {
  const narrow = `${needed}:${family}`;
  return API_KEY_SCOPES.some((known) => known === narrow) ? [needed, narrow] : [needed];
}

/** @throws Refusal 403 that names the scope, when the key has neither it nor `*`. */
export function assertScope({ scopes }: Pick<Authenticated, 'scopes'>, needed: Scope, family?: string): void {
  const opening = openingScopes(needed, family);
  if (scopes.includes('*') || opening.some((scope) => scopes.includes(scope))) return;
  const names = opening.map((scope) => `"${scope}"`).join(' or ');
  throw forbidden(`This API key lacks the scope ${names}. It has: ${scopes.join(', ')}.`);
}
