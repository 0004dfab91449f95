import type { Catalog, CustomField, ObjectType } from '@winnow/catalog';
import { customFieldsById, type Db, type Trx } from '@winnow/db';

/** What showing an organization's objects works with. */
export interface RecordContext {
  readonly catalog: Catalog;
  /** UUID of the organization. */
  readonly tenantId: string;
  /** The organization's custom fields by plain UUID. */
  readonly customFields: ReadonlyMap<string, CustomField>;
  /** Base URL of the API, without a slash at the end: links to objects begin with it. */
  readonly publicUrl: string;
}

/** Loads what is to be known beside the objects themselves: the organization's custom fields. */
export async function loadRecordContext(
  db: Db | Trx,
  { catalog, tenantId, publicUrl }: Omit<RecordContext, 'customFields'>,
): Promise<RecordContext> {
  const hasCustomFields = Object.values(catalog.objectTypes).some(
    (type) => type.customFieldOwner !== undefined,
  );
  return {
    catalog,
    publicUrl,
    tenantId,
    customFields: hasCustomFields ? await customFieldsById(db, { organizationId: tenantId }) : new Map(),
  };
}

/** The custom field of this UUID, when it belongs to this object type. */
export function customFieldOf(
  { customFields }: Pick<RecordContext, 'customFields'>,
  objectType: ObjectType,
  id: string,
): CustomField | undefined {
  const field = customFields.get(id);
  return field !== undefined && field.owner === objectType.customFieldOwner ? field : undefined;
}
