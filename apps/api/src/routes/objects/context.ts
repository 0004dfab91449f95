import type { EngineDeps } from '@winnow/bulk-delete';
import type { Catalog, CustomField, ObjectType } from '@winnow/catalog';
import { customFieldsById } from '@winnow/db';
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
export interface ObjectContext {
  readonly catalog: Catalog;
  /** UUID of the organization that the caller belongs to. */
  readonly tenantId: string;
  /** UUID of the user who is on record for what is written. */
  readonly userId: string;
  /** The organization's custom fields by plain UUID. */
  readonly customFields: ReadonlyMap<string, CustomField>;
  readonly publicUrl: string;
}

/** Loads what the request needs to know beside the objects themselves: the organization's custom fields. */
export async function loadContext(
  { engine: { db, catalog }, publicUrl }: Pick<ObjectRouteDeps, 'engine' | 'publicUrl'>,
  request: FastifyRequest,
): Promise<ObjectContext> {
  const { organizationId, userId } = callerOf(request);
  const hasCustomFields = Object.values(catalog.objectTypes).some(
    (type) => type.customFieldOwner !== undefined,
  );
  return {
    catalog,
    publicUrl,
    tenantId: organizationId,
    userId,
    customFields: hasCustomFields ? await customFieldsById(db, { organizationId }) : new Map(),
  };
}

/** The custom field of this UUID, when it belongs to this object type. */
export function customFieldOf(
  { customFields }: ObjectContext,
  objectType: ObjectType,
  id: string,
): CustomField | undefined {
  const field = customFields.get(id);
  return field !== undefined && field.owner === objectType.customFieldOwner ? field : undefined;
}
