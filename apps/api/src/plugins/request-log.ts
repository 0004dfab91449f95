import type { FastifyInstance } from 'fastify';

/** One line a request, when it is over. No query string and no headers: filters and keys stand in them. */
export function registerRequestLog(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    request.log.info(
      {
        method: request.method,
        path: request.url.split('?', 1)[0],
        route: request.routeOptions.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        organization_id: request.caller?.organizationId,
        api_key_id: request.caller?.apiKeyId,
      },
      'request',
    );
  });
}
