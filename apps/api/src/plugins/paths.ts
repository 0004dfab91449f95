import type { FastifyInstance } from 'fastify';
import { Refusal } from '../refusal.ts';
import { isSibling } from './method-override.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/**
 * How paths are matched: with and without a slash at the end, doubled slashes as one (reference, 4.7). The route is
 * found by the path as it came, so nothing is ever redirected: a client that follows a redirect turns POST into GET.
 */
export const ROUTER_OPTIONS = {
  ignoreTrailingSlash: true,
  ignoreDuplicateSlashes: true,
  maxParamLength: 200,
};

/**
 * Answers 405 with `Allow` where a path exists and the method does not.
 * @returns to be called when all routes are registered.
 */
export function collectPaths(app: FastifyInstance): () => void {
  const methodsByPath = new Map<string, Set<string>>();
  let collecting = true;
  app.addHook('onRoute', (route) => {
    if (!collecting || isSibling(route)) return;
    const methods = methodsByPath.get(route.url) ?? new Set<string>();
    for (const method of [route.method].flat()) methods.add(method);
    methodsByPath.set(route.url, methods);
  });
  return () => {
    collecting = false;
    for (const [url, methods] of methodsByPath) {
      const missing = METHODS.filter((method) => !methods.has(method));
      const allow = [...methods].sort().join(', ');
      if (missing.length === 0) continue;
      app.route({
        method: missing,
        url,
        schema: { hide: true },
        // Before the body is read: whatever it is, this will not take it.
        onRequest: () => {
          throw new Refusal(405, { error: `This URL takes ${allow} only.` }, { allow });
        },
        handler: () => undefined,
      });
    }
  };
}
