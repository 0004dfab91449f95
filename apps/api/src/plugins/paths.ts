import type { FastifyInstance, RouteOptions } from 'fastify';
import { Refusal } from '../refusal.ts';
import { isSibling } from './method-override.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** As long as a URL can be, so that what is no id is answered by the route that takes ids, in its own words. */
const MAX_PARAMETER_LENGTH = 16_384;

/**
 * How paths are matched: with and without a slash at the end, doubled slashes as one (reference, 4.7). The route is
 * found by the path as it came, so nothing is ever redirected: a client that follows a redirect turns POST into GET.
 */
export const ROUTER_OPTIONS = {
  ignoreTrailingSlash: true,
  ignoreDuplicateSlashes: true,
  maxParamLength: MAX_PARAMETER_LENGTH,
};

/**
 * Answers 405 with `Allow` where a path exists and the method does not.
 * @returns to be called when all routes are registered.
 */
export function collectPaths(app: FastifyInstance): () => void {
  const routesByPath = new Map<string, { readonly methods: Set<string>; readonly route: RouteOptions }>();
  let collecting = true;
  app.addHook('onRoute', (route) => {
    if (!collecting || isSibling(route)) return;
    const { methods } = routesByPath.get(route.url) ?? { methods: new Set<string>() };
    for (const method of [route.method].flat()) methods.add(method);
    routesByPath.set(route.url, { methods, route });
  });
  return () => {
    collecting = false;
    for (const [url, { methods, route }] of routesByPath) {
      const missing = METHODS.filter((method) => !methods.has(method));
      const allow = [...methods].sort().join(', ');
      if (missing.length === 0) continue;
      app.route({
        method: missing,
        url,
        schema: { hide: true },
        config: { isClosed: true },
        // Read only now: a group of routes with an error body of its own sets it after this plugin has seen the route.
        ...(route.errorHandler === undefined ? {} : { errorHandler: route.errorHandler }),
        // Before the body is read: whatever it is, this will not take it.
        onRequest: () => {
          throw new Refusal(405, { error: `This URL takes ${allow} only.` }, { allow });
        },
        handler: () => undefined,
      });
    }
  };
}
