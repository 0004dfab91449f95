import { type Catalog, findObjectType, type ObjectType } from '@winnow/catalog';
import { type Db, listObjects, type Trx } from '@winnow/db';

/** What these routes need of a catalog. */
export interface LeadKinds {
  readonly catalog: Catalog;
  readonly lead: ObjectType;
  readonly status: ObjectType;
}

/** An organization has few statuses; more than so many are not looked at. */
const MAX_STATUSES = 10_000;

/** Undefined where the catalog has no leads, or no statuses of leads. */
export function leadKindsOf(catalog: Catalog): LeadKinds | undefined {
  const lead = findObjectType(catalog, 'lead');
  const status = findObjectType(catalog, 'lead_status');
  return lead && status && { catalog, lead, status };
}

export interface LeadStatus {
  /** Plain UUID. */
  readonly id: string;
  readonly label: string;
}

/** The statuses of an organization's leads, oldest first. */
export async function listStatuses(
  db: Db | Trx,
  { catalog, status }: LeadKinds,
  tenantId: string,
): Promise<readonly LeadStatus[]> {
  const rows = await listObjects(
    db,
    { catalog, tenantId, types: [status] },
    { limit: MAX_STATUSES, skip: 0, equals: [], wanted: ({ name }) => name === 'label' },
  );
  return rows.map(({ id, values }) => ({ id, label: String(values.label) })).reverse();
}

/** The statuses of a label, in any case: the one that is written so first. */
export function statusesOf(statuses: readonly LeadStatus[], label: string): readonly LeadStatus[] {
  const folded = fold(label);
  return statuses
    .filter((status) => fold(status.label) === folded)
    .sort((a, b) => Number(b.label === label) - Number(a.label === label));
}

function fold(label: string): string {
  return label.trim().toLowerCase();
}
