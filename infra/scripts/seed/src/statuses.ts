import { CRM_CATALOG, newId, objectTypeOf } from '@winnow/catalog';
import { type ColumnValues, findIdsByKey, insertObjects, type Trx } from '@winnow/db';
import { LEAD_STATUSES, OPPORTUNITY_STATUSES, type OpportunityStatus } from './world.ts';

interface Label {
  /** What the organization knows it by. */
  readonly key: string;
  /** Written beside the key where it is new. */
  readonly values: ColumnValues;
}

/** Finds the organization's lead statuses and adds those that are missing. @returns one id a unit of weight. */
export async function ensureLeadStatuses(trx: Trx, organizationId: string): Promise<readonly string[]> {
  const labels = LEAD_STATUSES.map(({ label }) => ({ key: label, values: {} }));
  const ids = await ensureLabels(trx, organizationId, { objectType: 'lead_status', column: 'label' }, labels);
  return LEAD_STATUSES.flatMap(({ label, weight }) => repeat(ids.get(label), weight));
}

/**
 * Finds the organization's opportunity statuses and adds those that are missing, with their pipelines. A status that is
 * there stays in the pipeline that it is in.
 * @returns one entry a unit of weight, so that a uniform pick follows the weights.
 */
export async function ensureOpportunityStatuses(
  trx: Trx,
  organizationId: string,
): Promise<readonly { readonly id: string; readonly type: OpportunityStatus['type'] }[]> {
  const names = [...new Set(OPPORTUNITY_STATUSES.map(({ pipeline }) => pipeline))];
  const pipelines = await ensureLabels(
    trx,
    organizationId,
    { objectType: 'pipeline', column: 'name' },
    names.map((key) => ({ key, values: {} })),
  );
  const ids = await ensureLabels(
    trx,
    organizationId,
    { objectType: 'opportunity_status', column: 'label' },
    OPPORTUNITY_STATUSES.map(({ label, type, pipeline }) => ({
      key: label,
      values: { type, pipeline_id: pipelines.get(pipeline) ?? null },
    })),
  );
  return OPPORTUNITY_STATUSES.flatMap(({ label, type, weight }) =>
    repeat(ids.get(label), weight).map((id) => ({ id, type })),
  );
}

async function ensureLabels(
  trx: Trx,
  organizationId: string,
  { objectType: name, column }: { readonly objectType: string; readonly column: string },
  labels: readonly Label[],
): Promise<ReadonlyMap<string, string>> {
  const objectType = objectTypeOf(CRM_CATALOG, name);
  const scope = { catalog: CRM_CATALOG, tenantId: organizationId, objectType };
  const known = await findIdsByKey(trx, scope, { column, keys: labels.map(({ key }) => key) });
  const missing = labels.filter(({ key }) => !known.has(key)).map((label) => ({ ...label, id: newId() }));
  await insertObjects(
    trx,
    scope,
    missing.map(({ id, key, values }) => ({ id, values: { ...values, [column]: key } })),
  );
  return new Map([
    ...[...known].flatMap(([key, [id]]): [string, string][] => (id === undefined ? [] : [[key, id]])),
    ...missing.map(({ key, id }): [string, string] => [key, id]),
  ]);
}

/** Each as often as its weight says. */
function repeat(id: string | undefined, weight: number): readonly string[] {
  return id === undefined ? [] : Array.from({ length: weight }, () => id);
}
