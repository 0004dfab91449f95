import { type Authenticated, type Authentication, authenticate, type Db } from '@winnow/db';
import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify';
import { assertScope } from '../caller.ts';
import { forbidden, unauthorized } from '../refusal.ts';
import { registerIdempotency } from './idempotency.ts';

const BASIC = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i;
const BEARER = /^bearer +([\x21-\x7e]+) *$/i;

/** Sentences for keys that do not open anything. */
const REFUSALS: Readonly<Record<Exclude<Authentication['kind'], 'valid'>, string>> = {
  unknown: 'This API key is not valid.',
  expired: 'This API key has expired.',
  revoked: 'This API key has been revoked.',
};

/**
 * Every route of this scope needs a key, before anything of the body is read; how often, and what for, the key may be
 * used is looked at here too, and its POSTs can be repeated. A route that names no scope does not start: a forgotten
 * one would be open to every key.
 */
export function registerAuth(
  app: FastifyInstance,
  deps: { readonly db: Db; readonly clock: () => Date },
): void {
  app.addHook('onRoute', (route) => {
    if (route.config?.scope === undefined) {
      throw new Error(`route ${String(route.method)} ${route.url} names no scope`);
    }
  });
  app.addHook('onRequest', async (request, reply) => {
    request.caller = await identify(app, deps, request);
    await app.rateLimits?.countRequest(request, reply);
    assertOpen(request.caller, request.routeOptions.config);
  });
  registerIdempotency(app, deps);
}

async function identify(
  { rateLimits }: FastifyInstance,
  { db, clock }: { readonly db: Db; readonly clock: () => Date },
  request: FastifyRequest,
): Promise<Authenticated> {
  const key = readKey(request);
  if (key === undefined) {
    await rateLimits?.countFailure(request);
    throw unauthorized(
      'Authentication is required: send an API key as the Basic user name or as a Bearer token.',
    );
  }
  // Side by side: the answer to the first decides, and neither waits for the other.
  const [, authentication] = await Promise.all([
    rateLimits?.assertMayTry(request, key),
    authenticate(db, key, clock()),
  ]);
  if (authentication.kind === 'valid') {
    rateLimits?.noteRight(key);
    return authentication;
  }
  await rateLimits?.countFailure(request);
  throw unauthorized(REFUSALS[authentication.kind]);
}

/** @throws Refusal 403 */
function assertOpen(caller: Authenticated, { scope, family, campaignScoped }: FastifyContextConfig): void {
  if (scope !== undefined) assertScope(caller, scope, family);
  if (caller.campaignIds !== null && campaignScoped !== true) {
    throw forbidden('This API key is restricted to campaigns, and this URL is not about one campaign.');
  }
}

/** The key of the Authorization header: Basic with the key as user name (the password is not read), or Bearer. */
export function readKey(request: Pick<FastifyRequest, 'headers'>): string | undefined {
  const header = request.headers.authorization ?? '';
  const bearer = BEARER.exec(header)?.[1];
  if (bearer !== undefined) return bearer;
  const basic = BASIC.exec(header)?.[1];
  if (basic === undefined) return undefined;
  const credentials = Buffer.from(basic, 'base64').toString('utf8');
  const colon = credentials.indexOf(':');
  return colon < 0 ? credentials : credentials.slice(0, colon);
}

/** The public half of the key that a request names, whether there is such a key or not. */
export function keyIdOf(request: Pick<FastifyRequest, 'headers'>): string {
  return readKey(request)?.split('.', 1)[0] ?? '';
}
