import { CRM_CATALOG, newId, objectTypeOf } from '@winnow/catalog';
import { findIdsByKey, insertObjects, type Trx } from '@winnow/db';

interface Weighted {
  readonly label: string;
  readonly weight: number;
  readonly type?: string;
}

/**
 * Finds the organization's statuses of these labels and adds those that are missing.
 * @returns one entry a unit of weight, so that a uniform pick follows the weights.
 */
export async function ensureStatuses<T extends Weighted>(
  trx: Trx,
  organizationId: string,
  objectTypeName: string,
  statuses: readonly T[],
): Promise<readonly (T & { readonly id: string })[]> {
  const objectType = objectTypeOf(CRM_CATALOG, objectTypeName);
  const scope = { catalog: CRM_CATALOG, tenantId: organizationId, objectType };
  const known = await findIdsByKey(trx, scope, {
    column: 'label',
    keys: statuses.map(({ label }) => label),
  });
  const withIds = statuses.map((status) => ({ ...status, id: known.get(status.label)?.[0] ?? newId() }));
  const missing = withIds.filter(({ label }) => !known.has(label));
  await insertObjects(
    trx,
    scope,
    missing.map(({ id, label, type }) => ({
      id,
      values: type === undefined ? { label } : { label, type },
    })),
  );
  return withIds.flatMap((status) => Array.from({ length: status.weight }, () => status));
}
