import type { Catalog } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import type { Logger } from '@winnow/logger';
import type { Doorbell } from '@winnow/queue';
import type { EngineSettings } from './settings.ts';

/** What every operation of the engine works with. */
export interface EngineDeps {
  readonly db: Db;
  readonly catalog: Catalog;
  readonly logger: Logger;
  readonly doorbell: Doorbell;
  readonly settings: EngineSettings;
}

/** On whose behalf something is done. Ids are plain UUIDs, the request id is the wire's. */
export interface Actor {
  readonly organizationId: string;
  readonly userId: string | null;
  readonly apiKeyId: string | null;
  readonly requestId: string | null;
  /** Method and path of the request, without its query string; null where nobody asked over HTTP. */
  readonly request: { readonly method: string; readonly path: string } | null;
}
