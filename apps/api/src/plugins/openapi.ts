import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { relaxBodies } from '../wire/optional-body.ts';

const DESCRIPTION = `Deletes many records by a structured query: in the background, exactly, on record.

Compatible with the bulk actions of the Close API; additions are fields and headers, never renames.
Paths are the same with and without a slash at the end. Ids are accepted with their prefix or as plain UUIDs.`;

/** `/openapi.json`, generated from the schemas of the routes, and a page to read it at `/docs`. */
export async function registerOpenApi(
  app: FastifyInstance,
  { publicUrl }: { readonly publicUrl: string },
): Promise<void> {
  await app.register(swagger, {
    refResolver: {
      buildLocalReference: (schema, _baseUri, _fragment, i) => String(schema.$id ?? `schema-${i}`),
    },
    transformObject: (document) =>
      relaxBodies('openapiObject' in document ? document.openapiObject : document.swaggerObject),
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Winnow', version: '1', description: DESCRIPTION },
      servers: [{ url: publicUrl }],
      security: [{ basic: [] }, { bearer: [] }],
      components: {
        securitySchemes: {
          basic: { type: 'http', scheme: 'basic', description: 'The API key as user name, no password.' },
          bearer: { type: 'http', scheme: 'bearer', description: 'The API key.' },
        },
      },
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
}

/** To be called when all routes are registered. */
export function registerOpenApiDocument(app: FastifyInstance): void {
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}
