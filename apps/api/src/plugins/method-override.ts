import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { invalid } from '../refusal.ts';

const HEADER = 'x-http-method-override';
/** Name of the router's constraint; an identifier, since the router writes code with it. */
const CONSTRAINT = 'methodOverride';
const METHODS = ['GET', 'PUT', 'DELETE'] as const;
type Overriding = (typeof METHODS)[number];

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The method that a POST stands for on this route. */
    overriding?: Overriding;
  }
}

/**
 * A POST with `x-http-method-override: GET`, `PUT` or `DELETE` is answered as that method (reference, 4.3). GET takes
 * its parameters from the body, `{"_params": {"_limit": 1}}`, where they may be longer than a URL.
 *
 * Each route below `prefix` gets a sibling for POST that the router takes when the header is there: the same options,
 * so the same scope, hooks and schemas. Must be registered before the routes.
 */
export function registerMethodOverride(app: FastifyInstance, { prefix }: { readonly prefix: string }): void {
  app.addConstraintStrategy({
    name: CONSTRAINT,
    // A POST that stands for another method is never answered as itself.
    mustMatchWhenDerived: true,
    storage: () => {
      const handlers = new Map();
      return {
        get: (method) => handlers.get(method) ?? null,
        set: (method, handler) => {
          handlers.set(method, handler);
        },
      };
    },
    deriveConstraint: (request) =>
      request.method === 'POST' ? METHODS.find((method) => method === read(request.headers)) : undefined,
  });
  app.addHook('onRoute', function addSiblings(route) {
    if (isSibling(route) || !route.url.startsWith(`${prefix}/`)) return;
    for (const method of METHODS.filter((candidate) => [route.method].flat().includes(candidate))) {
      this.route(siblingOf(route, method));
    }
  });
  app.addHook('onRequest', async (request) => assertUnderstood(request));
}

/** Whether a route only exists for the header, so that it says nothing about what a URL takes. */
export function isSibling({ config }: Pick<RouteOptions, 'config'>): boolean {
  return config?.overriding !== undefined;
}

function siblingOf(route: RouteOptions & { readonly routePath?: string }, method: Overriding): RouteOptions {
  const { errorHandler, onRequest, preValidation, schema } = route;
  return {
    ...(onRequest === undefined ? {} : { onRequest }),
    ...(errorHandler === undefined ? {} : { errorHandler }),
    method: 'POST',
    url: route.routePath ?? route.url,
    constraints: { ...route.constraints, [CONSTRAINT]: method },
    config: { ...route.config, overriding: method },
    schema: { ...schema, hide: true },
    preValidation: [...(method === 'GET' ? [takeParameters] : []), ...[preValidation ?? []].flat()],
    handler: route.handler,
  };
}

/** A header that was passed over would turn a DELETE into a POST, or the other way round. */
function assertUnderstood(request: FastifyRequest): void {
  const given = read(request.headers);
  if (given === '' || given === request.method) return;
  // Where there is no sibling, there is no route of this URL at all: the router has answered that.
  if (request.method === 'POST' && METHODS.some((method) => method === given)) return;
  throw invalid({ [HEADER]: `Stands on a POST, for one of: ${METHODS.join(', ')}.` });
}

/** A list of methods, which a repeated header becomes, is none of them. */
function read(headers: Readonly<Record<string, string | readonly string[] | undefined>>): string {
  return String(headers[HEADER] ?? '')
    .trim()
    .toUpperCase();
}

/** Parameters of the body become those of the query string, before they are checked. */
async function takeParameters(request: FastifyRequest): Promise<void> {
  const { body } = request;
  if (body === undefined) return;
  if (!isObject(body)) throw invalid({}, ['The request body must be a JSON object: {"_params": {…}}.']);
  const unknown = Object.keys(body).find((key) => key !== '_params');
  if (unknown !== undefined) {
    throw invalid({ [unknown]: 'The parameters of a GET that is sent as a POST stand in "_params".' });
  }
  const { _params: given = {} } = body;
  if (!isObject(given)) throw invalid({ _params: 'Must be an object.' });
  const query = { ...(request.query as Readonly<Record<string, unknown>>) };
  for (const [name, value] of Object.entries(given)) {
    if (value === null) continue;
    const path = `_params.${name}`;
    if (Object.hasOwn(query, name)) throw invalid({ [path]: 'Stands in the URL too. Send it once.' });
    query[name] = asParameter(value, path);
  }
  request.query = query;
  request.body = undefined;
}

/** A value as a query string carries it: texts, and a list for a name that stands there several times. */
function asParameter(value: unknown, path: string): string | readonly string[] {
  if (Array.isArray(value)) return value.map((item) => asText(item, path));
  return asText(value, path);
}

function asText(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw invalid({ [path]: 'Must be a text, a number, true, false, or a list of these.' });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
