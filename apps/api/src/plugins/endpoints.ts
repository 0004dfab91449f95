import type { FastifyInstance } from 'fastify';
import { openingScopes } from '../caller.ts';
import { isSibling } from './method-override.ts';

/** A method of a URL, and what it asks of a key. */
export interface Endpoint {
  readonly method: string;
  /** `/api/v1/lead/{id}/` */
  readonly path: string;
  /** The narrowest scope that opens it; undefined: no key is needed. */
  readonly scope: string | undefined;
  /** Whether keys that are restricted to campaigns open it. */
  readonly isCampaignScoped: boolean;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** What the app answers, in the order in which it was registered. HEAD, which every GET has, is left out. */
    endpoints(): readonly Endpoint[];
  }
  interface FastifyContextConfig {
    /** Of a route that only says that its method is not taken. */
    isClosed?: boolean;
  }
}

/** Writes down what is registered. Must be registered before the routes. */
export function collectEndpoints(app: FastifyInstance): void {
  const endpoints: Endpoint[] = [];
  app.decorate('endpoints', () => endpoints);
  app.addHook('onRoute', (route) => {
    const { url, config } = route;
    if (isSibling(route) || config?.isClosed === true) return;
    for (const method of [route.method].flat()) {
      if (method === 'HEAD') continue;
      endpoints.push({
        method,
        path: url.replaceAll(/:(\w+)/g, '{$1}'),
        scope: config?.scope && openingScopes(config.scope, config.family).at(-1),
        isCampaignScoped: config?.campaignScoped ?? false,
      });
    }
  });
}
