import { type Catalog, encodeId, findObjectType, ID_PREFIX } from '@winnow/catalog';
import { type Db, type JsonObject, type JsonValue, listObjects, type ObjectRow } from '@winnow/db';
import { isPicked, type PickedFields, pickFields } from '@winnow/records';

/** As many of each as Close takes (its OpenAPI document: `maxItems` of `lead_statuses`); lists of their own have all. */
const MAX_SHOWN = 1_000;

export interface OrganizationScope {
  readonly db: Db;
  readonly catalog: Catalog;
  /** UUID. */
  readonly organizationId: string;
}

/** The lists of what objects are sorted under, by the object type that each needs: a catalog without it has no such list. */
export const LABEL_LISTS = {
  lead_statuses: 'lead_status',
  opportunity_statuses: 'opportunity_status',
  pipelines: 'pipeline',
} as const;

/**
 * What an organization sorts its objects under, oldest first: `lead_statuses`, `opportunity_statuses` and `pipelines`, each
 * with its statuses, as far as the catalog has them. Only what is picked is read; a list that is not is empty.
 */
export async function loadLabels(scope: OrganizationScope, picked: PickedFields): Promise<JsonObject> {
  const wantsPipelines = isPicked(picked, 'pipelines');
  const wantsStages = wantsPipelines || isPicked(picked, 'opportunity_statuses');
  const [leadStatuses, stages, pipelines] = await Promise.all([
    isPicked(picked, 'lead_statuses') ? readAll(scope, LABEL_LISTS.lead_statuses) : [],
    wantsStages ? readAll(scope, LABEL_LISTS.opportunity_statuses) : [],
    wantsPipelines ? readAll(scope, LABEL_LISTS.pipelines) : [],
  ]);
  const lists: JsonObject = {
    lead_statuses: leadStatuses.map((row) => ({ id: idOf(row), label: textOf(row, 'label') })),
    opportunity_statuses: stages.map(presentStage),
    pipelines: pipelines.map((row) => ({
      id: idOf(row),
      organization_id: encodeId(ID_PREFIX.organization, scope.organizationId),
      name: textOf(row, 'name'),
      statuses: stages.filter(({ values }) => values.pipeline_id === row.id).map(presentStage),
      created_by: null,
      updated_by: null,
      date_created: null,
      date_updated: null,
    })),
  };
  return pickFields(lists, { names: new Set(labelLists(scope.catalog)) });
}

/** Names of the lists that an organization with this catalog has. */
export function labelLists(catalog: Catalog): readonly string[] {
  return Object.entries(LABEL_LISTS).flatMap(([name, type]) => (findObjectType(catalog, type) ? name : []));
}

async function readAll(
  { db, catalog, organizationId }: OrganizationScope,
  name: string,
): Promise<readonly ObjectRow[]> {
  const type = findObjectType(catalog, name);
  if (!type) return [];
  const newestFirst = await listObjects(
    db,
    { catalog, tenantId: organizationId, types: [type] },
    { limit: MAX_SHOWN, skip: 0, equals: [], wanted: () => true },
  );
  return newestFirst.toReversed();
}

function presentStage(row: ObjectRow): JsonObject {
  return { id: idOf(row), label: textOf(row, 'label'), type: textOf(row, 'type') };
}

function idOf({ objectType, id }: ObjectRow): string {
  return encodeId(objectType.idPrefix, id);
}

function textOf({ values }: ObjectRow, field: string): JsonValue {
  const value = values[field];
  return typeof value === 'string' ? value : null;
}
