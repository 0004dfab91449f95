import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { EngineSettings } from '@winnow/bulk-delete';
import type { Catalog } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import type { Logger } from '@winnow/logger';
import type { Doorbell, QueueHealth, SharedCounters } from '@winnow/queue';
import { API_PREFIX } from '@winnow/records';
import { createTokens } from '@winnow/search';
import fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import type { ApiInstance } from './app-types.ts';
import { registerAnswerTimeout } from './plugins/answer-timeout.ts';
import { keyIdOf, registerAuth } from './plugins/auth.ts';
import { registerClosing } from './plugins/closing.ts';
import { collectEndpoints } from './plugins/endpoints.ts';
import { answerError, registerErrorHandler } from './plugins/error-handler.ts';
import { registerHealth } from './plugins/health.ts';
import { decorateIdempotency } from './plugins/idempotency.ts';
import { registerJsonBody } from './plugins/json-body.ts';
import { registerMethodOverride } from './plugins/method-override.ts';
import { registerOpenApi, registerOpenApiDocument } from './plugins/openapi.ts';
import { collectPaths, ROUTER_OPTIONS } from './plugins/paths.ts';
import { registerRateLimits } from './plugins/rate-limits.ts';
import { registerRequestId, requestIdFor } from './plugins/request-id.ts';
import { registerRequestLog } from './plugins/request-log.ts';
import { registerValidation } from './plugins/validation.ts';
import { registerBulkDeleteRoutes } from './routes/bulk-action-delete/index.ts';
import { registerBulkUndoRoutes } from './routes/bulk-action-undo/index.ts';
import { registerByIdentifierRoutes } from './routes/by-identifiers/index.ts';
import { registerByIdRoutes } from './routes/by-ids/index.ts';
import { registerCustomFieldRoutes } from './routes/custom-field/index.ts';
import { registerEventRoutes } from './routes/event/index.ts';
import { registerMeRoute } from './routes/me/index.ts';
import { registerObjectRoutes } from './routes/objects/index.ts';
import { registerOneLeadRoutes } from './routes/one-lead/index.ts';
import { registerOrganizationRoute } from './routes/organization/index.ts';
import { registerSavedSearchRoutes } from './routes/saved-search/index.ts';
import { registerSearchRoute } from './routes/search/index.ts';
import { registerTaskCompletedRoute } from './routes/task-completed/index.ts';
import { registerUserRoutes } from './routes/user/index.ts';
import { registerWebhookRoutes } from './routes/webhook/index.ts';
import type { ApiSettings } from './settings.ts';
import { defineSharedSchemas } from './wire/schemas.ts';

/** Longest that a request may take to arrive whole: a client that sends byte by byte must not hold a connection. */
export const REQUEST_TIMEOUT_MS = 60_000;

/** How long a connection without a request is kept for the next one; longer than the minute of most balancers. */
export const KEEP_ALIVE_TIMEOUT_MS = 72_000;

/** Everything that the API works with; whoever builds it owns it and closes it after the app. */
export interface AppDeps {
  readonly db: Db;
  readonly catalog: Catalog;
  readonly doorbell: Doorbell & QueueHealth;
  /** Counters that all API processes share; without them each limits rates by itself. */
  readonly counters?: SharedCounters | undefined;
  readonly logger: Logger;
  readonly engine: EngineSettings;
  readonly settings: ApiSettings;
  /** What time it is: decides whether a key or a cursor has expired, and what `now` means in a search. */
  readonly clock: () => Date;
}

/** The whole API as an app that does not listen yet. Tests call `inject` on it, the process calls `listen`. */
export async function buildApp(deps: AppDeps): Promise<ApiInstance> {
  const { db, catalog, doorbell, logger, settings } = deps;
  const loggerInstance: FastifyBaseLogger = logger;
  const app: ApiInstance = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: requestIdFor,
    requestIdHeader: false,
    bodyLimit: settings.bodyLimitBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    routerOptions: ROUTER_OPTIONS,
    frameworkErrors: answerError,
    // A request that arrives on an open connection while the server closes is still served; the connection ends then.
    return503OnClosing: false,
  }).withTypeProvider<TypeBoxTypeProvider>();

  const closePaths = collectPaths(app);
  collectEndpoints(app);
  app.decorateRequest('caller', null);
  decorateIdempotency(app);
  registerRequestId(app);
  registerRequestLog(app);
  registerMethodOverride(app, { prefix: API_PREFIX });
  const isClosing = registerClosing(app);
  registerAnswerTimeout(app);
  registerErrorHandler(app);
  await registerRateLimits(app, { perSecond: settings.rateLimit, counters: deps.counters, keyIdOf });
  registerJsonBody(app);
  registerValidation(app);
  await registerOpenApi(app, settings);
  defineSharedSchemas(app);
  registerHealth(app, { db, queueHealth: doorbell, isClosing });

  const engine = { db, catalog, logger, doorbell, settings: deps.engine };
  const objects = { engine, publicUrl: settings.publicUrl, search: settings.search, clock: deps.clock };
  const behindKey = async (scope: ApiInstance): Promise<void> => {
    registerAuth(scope, deps);
  };
  await app.register(
    async (api: ApiInstance) => {
      await behindKey(api);
      registerBulkDeleteRoutes(api, objects);
      registerBulkUndoRoutes(api, objects);
      registerObjectRoutes(api, objects);
      registerSearchRoute(api, { ...objects, tokens: createTokens(db) });
      registerSavedSearchRoutes(api, { db, catalog });
      registerCustomFieldRoutes(api, { db, catalog });
      registerEventRoutes(api, { db, catalog, publicUrl: settings.publicUrl });
      registerMeRoute(api, { db, catalog });
      registerOrganizationRoute(api, { db, catalog });
      registerUserRoutes(api, { db });
      registerTaskCompletedRoute(api, catalog);
      registerByIdentifierRoutes(api, { engine });
      registerOneLeadRoutes(api, { engine });
      registerWebhookRoutes(api, { db, catalog, doorbell, allowPrivate: settings.webhookAllowPrivate });
    },
    { prefix: API_PREFIX },
  );
  await registerByIdRoutes(app, { engine, behindKey });
  registerOpenApiDocument(app);
  closePaths();
  return app;
}
