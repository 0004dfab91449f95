import { encodeId, type Field, findObjectType, objectTypeOf } from '@winnow/catalog';
import {
  type Db,
  findObject,
  type JsonObject,
  type JsonValue,
  listObjectsById,
  type ObjectRow,
  type Trx,
} from '@winnow/db';
import type { LeadKinds } from './kinds.ts';

/** The catalog's fields that a lead of this API is made of. */
const WANTED: ReadonlySet<string> = new Set([
  'name',
  'primary_email',
  'primary_phone',
  'phone_number',
  'status_label',
  'metadata',
  'source',
  'external_id',
  'campaign_id',
  'date_created',
  'date_updated',
]);

const isWanted = ({ name }: Field): boolean => WANTED.has(name);

/** The leads of these UUIDs that are there, as this API shows them, in the order of the ids. */
export async function loadLeads(
  db: Db | Trx,
  kinds: LeadKinds,
  tenantId: string,
  ids: readonly string[],
): Promise<readonly JsonObject[]> {
  const scope = { catalog: kinds.catalog, tenantId, types: [kinds.lead] };
  const rows = await listObjectsById(db, scope, { ids, wanted: isWanted });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    return row === undefined ? [] : [presentLead(kinds, row)];
  });
}

/** One lead, or undefined. */
export async function loadLead(
  db: Db | Trx,
  kinds: LeadKinds,
  tenantId: string,
  id: string,
): Promise<JsonObject | undefined> {
  const scope = { catalog: kinds.catalog, tenantId, types: [kinds.lead] };
  const row = await findObject(db, scope, { id, wanted: isWanted });
  return row && presentLead(kinds, row);
}

function presentLead({ catalog, lead }: LeadKinds, { id, values }: ObjectRow): JsonObject {
  const text = (name: string): string | null => {
    const value = values[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const campaignId = text('campaign_id');
  const campaign = findObjectType(catalog, 'campaign') ?? objectTypeOf(catalog, lead.name);
  return {
    id: encodeId(lead.idPrefix, id),
    name: text('name') ?? '',
    email: text('primary_email'),
    phone: text('phone_number') ?? text('primary_phone'),
    status: text('status_label')?.toLowerCase() ?? null,
    metadata: (values.metadata ?? {}) as JsonValue,
    source: text('source'),
    externalId: text('external_id'),
    campaignId: campaignId && encodeId(campaign.idPrefix, campaignId),
    createdAt: presentInstant(values.date_created),
    updatedAt: presentInstant(values.date_updated),
  };
}

/** `2024-01-16T15:45:00.000Z`, as JavaScript writes it. */
export function presentInstant(value: unknown): string | null {
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : null;
}
