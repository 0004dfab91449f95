import type { EngineDeps } from '@winnow/bulk-delete';
import { loadRecordContext, type RecordContext } from '@winnow/records';
import type { SearchSettings } from '@winnow/search';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../../caller.ts';

/** What the routes are given once, at start. */
export interface ObjectRouteDeps {
  readonly engine: EngineDeps;
  /** Base URL of the API, without a slash at the end. */
  readonly publicUrl: string;
  readonly search: SearchSettings;
  readonly clock: () => Date;
}

/** What reading and writing objects for one request works with. */
export interface ObjectContext extends RecordContext {
  /** UUID of the user who is on record for what is written. */
  readonly userId: string;
}

/** Loads what the request needs to know beside the objects themselves. */
export async function loadContext(
  { engine: { db, catalog }, publicUrl }: Pick<ObjectRouteDeps, 'engine' | 'publicUrl'>,
  request: FastifyRequest,
): Promise<ObjectContext> {
  const { organizationId, userId } = callerOf(request);
  return { ...(await loadRecordContext(db, { catalog, publicUrl, tenantId: organizationId })), userId };
}
