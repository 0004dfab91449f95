import { type Authentication, authenticate, type Db } from '@winnow/db';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { assertScope } from '../caller.ts';
import { unauthorized } from '../refusal.ts';

const BASIC = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i;
const BEARER = /^bearer +([\x21-\x7e]+) *$/i;

/** Sentences for keys that do not open anything. */
const REFUSALS: Readonly<Record<Exclude<Authentication['kind'], 'valid'>, string>> = {
  unknown: 'This API key is not valid.',
  expired: 'This API key has expired.',
  revoked: 'This API key has been revoked.',
};

/**
 * Every route of this scope needs a key, before anything of the body is read. A route that names no scope does not
 * start: a forgotten one would be open to every key.
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
  app.addHook('onRequest', async (request) => {
    const key = readKey(request);
    if (key === undefined) {
      throw unauthorized(
        'Authentication is required: send an API key as the Basic user name or as a Bearer token.',
      );
    }
    const authentication = await authenticate(deps.db, key, deps.clock());
    if (authentication.kind !== 'valid') throw unauthorized(REFUSALS[authentication.kind]);
    request.caller = authentication;
    const { scope } = request.routeOptions.config;
    if (scope !== undefined) assertScope(authentication, scope);
  });
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
