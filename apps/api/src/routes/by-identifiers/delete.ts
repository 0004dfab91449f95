import { deleteByIds, type EngineDeps, isFinished, presentBulkDelete } from '@winnow/bulk-delete';
import type { ObjectType } from '@winnow/catalog';
import {
  type BulkDeleteRow,
  findBulkDelete,
  findDeletedIds,
  findIdentified,
  findTargetIds,
  type JsonObject,
  listFailures,
} from '@winnow/db';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { actorOf, callerOf } from '../../caller.ts';
import { resourceIdOf } from '../../resource-id.ts';
import { assertNotStopped, noteBulkDelete } from '../../wire/bulk-delete-answer.ts';
import { type Match, matchEntries } from './match.ts';
import { presentOutcome } from './present.ts';
import type { Entry } from './read-body.ts';

/** The columns that identify a lead, and the one of its campaign. */
const COLUMNS = { externalId: 'external_id', phoneNumber: 'phone_number', campaign: 'campaign_id' } as const;

/** What is to be deleted. */
export interface AskedEntries {
  /** The catalog's type of leads. */
  readonly lead: ObjectType;
  /** Plain UUID of a campaign that is open to the caller. */
  readonly campaignId: string;
  readonly entries: readonly Entry[];
}

/**
 * Deletes the leads of a campaign that the entries name, and says what became of each entry.
 * @throws Refusal 409 or 500 when the bulk delete was stopped.
 */
export async function deleteEntries(
  engine: EngineDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: AskedEntries,
): Promise<JsonObject> {
  const id = resourceIdOf(request);
  const matches = await findMatches(engine, callerOf(request).organizationId, id, asked);
  const leadIds = new Set(matches.flatMap(({ leadId }) => leadId ?? []));
  if (leadIds.size === 0) {
    return presentOutcome(matches, { deleted: new Set(), failures: [], isRunning: false });
  }
  const row = await deleteByIds(engine, actorOf(request), {
    id,
    objectType: asked.lead.name,
    ids: [...leadIds],
    source: 'identifiers',
  });
  noteBulkDelete(reply, row);
  return presentRow(engine, row, matches);
}

/** A request that comes again finds its leads by what they were: they may be deleted by now. */
async function findMatches(
  { db, catalog }: EngineDeps,
  organizationId: string,
  bulkDeleteId: string,
  { campaignId, entries, lead }: AskedEntries,
): Promise<readonly Match[]> {
  const isRepeated = (await findBulkDelete(db, { organizationId, id: bulkDeleteId })) !== undefined;
  const found = await findIdentified(
    db,
    {
      catalog,
      tenantId: organizationId,
      objectType: lead,
      within: { column: COLUMNS.campaign, value: campaignId },
    },
    [
      { column: COLUMNS.externalId, values: entries.flatMap(({ externalId }) => externalId ?? []) },
      { column: COLUMNS.phoneNumber, values: entries.flatMap(({ phoneNumber }) => phoneNumber ?? []) },
    ],
    isRepeated ? bulkDeleteId : undefined,
  );
  const leads = found.map(({ id, keys }) => ({
    id,
    externalId: keys[COLUMNS.externalId] ?? null,
    phoneNumber: keys[COLUMNS.phoneNumber] ?? null,
  }));
  return matchEntries(entries, leads, isRepeated ? await findTargetIds(db, bulkDeleteId) : undefined);
}

async function presentRow(
  { db, catalog }: EngineDeps,
  row: BulkDeleteRow,
  matches: readonly Match[],
): Promise<JsonObject> {
  assertNotStopped(row);
  const isRunning = !isFinished(row.status);
  const { organization_id: organizationId, id: bulkDeleteId, object_type: objectType } = row;
  const [deleted, failures] = await Promise.all([
    findDeletedIds(db, catalog, { organizationId, bulkDeleteId, objectType }),
    listFailures(db, { bulkDeleteId }),
  ]);
  const answer = presentOutcome(matches, { deleted, failures, isRunning });
  return isRunning ? { ...answer, bulkDelete: presentBulkDelete(row, catalog) } : answer;
}
