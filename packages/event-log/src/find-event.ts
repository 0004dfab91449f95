import type { EventRow, JsonObject } from '@winnow/db';
import { findArchivedByHash, findEventRows, findRestoredByHash } from '@winnow/db';
import { eventfulTypes } from './event-subject.ts';
import { presentEvent } from './present-event.ts';
import type { RecordPageRow } from './record-action.ts';
import { readRecordEventId } from './record-event-id.ts';
import { countRecords, type EventLogDeps, isRecordPage, walkRecordEvents } from './record-page.ts';

/**
 * The event of this id, whether it has a row of its own or is about a record of a page, and is read anew.
 * @param event.id plain UUID.
 * @returns undefined when the organization has none.
 */
export async function findEvent(
  deps: EventLogDeps,
  event: { readonly organizationId: string; readonly id: string },
): Promise<JsonObject | undefined> {
  const { organizationId, id } = event;
  const [own] = await findEventRows(deps.db, { organizationId, first: id, last: id });
  if (own) return isRecordPage(own) ? undefined : presentEvent(own, deps.catalog);
  const key = readRecordEventId(id);
  if (key === undefined) return undefined;
  const pages = await findEventRows(deps.db, { organizationId, first: key.firstRowId, last: key.lastRowId });
  for (const page of pages) {
    const found = await findOnPage(deps, page, key.recordHash);
    if (found) return found;
  }
  return undefined;
}

async function findOnPage(
  deps: EventLogDeps,
  page: EventRow,
  recordHash: string,
): Promise<JsonObject | undefined> {
  if (!isRecordPage(page)) return undefined;
  for (const type of eventfulTypes(deps.catalog)) {
    if (countRecords(page, [type.name]) === 0) continue;
    const id = await findRecord(deps, page, { type, recordHash });
    if (id === undefined) continue;
    const ask = { objectTypes: [type.name], after: null, limit: 1, only: { id } };
    const [found] = await walkRecordEvents(deps, page, ask);
    return found?.event;
  }
  return undefined;
}

/** In the archive first: an undo may give it back meanwhile. */
async function findRecord(
  { db, catalog }: EventLogDeps,
  page: RecordPageRow,
  wanted: Parameters<typeof findArchivedByHash>[2],
): Promise<string | undefined> {
  const { organization_id: tenantId, object_id: bulkActionId, page_no: pageNo } = page;
  const isDeleted = page.action === 'deleted';
  const archived = isDeleted
    ? await findArchivedByHash(db, { catalog, tenantId, bulkDeleteId: bulkActionId, pageNo }, wanted)
    : undefined;
  const by = isDeleted ? 'bulk delete' : 'undo';
  return archived ?? findRestoredByHash(db, { catalog, tenantId, bulkActionId, pageNo, by }, wanted);
}
