import { isDeepStrictEqual } from 'node:util';
import type { Static } from '@sinclair/typebox';
import {
  type Db,
  type JsonObject,
  type JsonValue,
  mergeJsonColumn,
  type Trx,
  updateObject,
} from '@winnow/db';
import { type FieldErrors, invalid } from '../../refusal.ts';
import { leadNotFound } from './errors.ts';
import { type LeadKinds, listStatuses, statusesOf } from './kinds.ts';
import { loadLead } from './lead.ts';
import type { ChangeBody } from './schema.ts';

type Change = Static<typeof ChangeBody>;

const CHANGED: ReadonlySet<string> = new Set(['name', 'phone', 'status', 'metadata']);

/** What a change is about. */
export interface ChangedLead {
  readonly kinds: LeadKinds;
  readonly tenantId: string;
  readonly userId: string | null;
  /** Plain UUID. */
  readonly id: string;
  /** As the client names it. */
  readonly sent: string;
}

/**
 * Changes what the body names and nothing else, in one transaction.
 * @returns the lead as it now is.
 * @throws Refusal 404, or 400 for a status that the organization does not have, and for what cannot be changed here:
 *   a value that was passed over would be lost without a word.
 */
export async function changeLead(db: Db, lead: ChangedLead, body: Change): Promise<JsonObject> {
  const { kinds, tenantId, id } = lead;
  return db.transaction().execute(async (trx) => {
    const scope = { catalog: kinds.catalog, tenantId, objectType: kinds.lead };
    const values = await readValues(trx, lead, body);
    const isThere = await updateObject(trx, scope, {
      id,
      values: { ...values, updated_by: lead.userId },
      custom: { set: {}, unset: [] },
      touched: ['date_updated'],
    });
    if (!isThere) throw leadNotFound(lead.sent);
    await mergeMetadata(trx, lead, body.metadata ?? {});
    const changed = await loadLead(trx, kinds, tenantId, id);
    if (!changed) throw leadNotFound(lead.sent);
    return changed;
  });
}

async function readValues(trx: Trx, lead: ChangedLead, body: Change): Promise<JsonObject> {
  const { kinds, tenantId, id } = lead;
  const current = await loadLead(trx, kinds, tenantId, id);
  if (!current) throw leadNotFound(lead.sent);
  const fieldErrors: FieldErrors = Object.fromEntries(
    Object.entries(body)
      .filter(([key, value]) => !CHANGED.has(key) && !isAsShown(current, key, value))
      .map(([key]) => [key, 'Cannot be changed here: name, phone, status and metadata can.']),
  );
  if (Object.keys(fieldErrors).length > 0) throw invalid(fieldErrors);
  const values: Record<string, JsonValue> = {};
  if (body.name !== undefined) values.name = body.name;
  // A number that is shown and is a contact's own stays that contact's.
  if (body.phone !== undefined && body.phone !== current.phone) values.phone_number = body.phone || null;
  if (body.status === null) values.status_id = null;
  else if (body.status !== undefined) values.status_id = await findStatus(trx, lead, body.status);
  return values;
}

/** Clients send back what they have read. */
function isAsShown(current: JsonObject, key: string, value: unknown): boolean {
  return Object.hasOwn(current, key) && isDeepStrictEqual(current[key], value);
}

async function findStatus(trx: Trx, { kinds, tenantId }: ChangedLead, label: string): Promise<string> {
  const statuses = await listStatuses(trx, kinds, tenantId);
  const [status] = statusesOf(statuses, label);
  if (status !== undefined) return status.id;
  const labels = statuses.map((known) => known.label.toLowerCase()).slice(0, 50);
  throw invalid({
    status:
      labels.length > 0 ? `Must be one of: ${labels.join(', ')}.` : 'The organization has no lead statuses.',
  });
}

async function mergeMetadata(
  trx: Trx,
  { kinds, tenantId, id }: ChangedLead,
  metadata: object,
): Promise<void> {
  const entries: [string, JsonValue][] = Object.entries(metadata);
  if (entries.length === 0) return;
  await mergeJsonColumn(
    trx,
    { catalog: kinds.catalog, tenantId, objectType: kinds.lead },
    {
      id,
      column: 'metadata',
      set: Object.fromEntries(entries.filter(([, value]) => value !== null)),
      unset: entries.flatMap(([key, value]) => (value === null ? [key] : [])),
    },
  );
}
