import type { Catalog } from '@winnow/catalog';
import type { Db, EventRow, JsonObject } from '@winnow/db';
import { findArchivedByHash, findEventRows } from '@winnow/db';
import { readDeletedEventId } from './deleted-event-id.ts';
import { countDeleted, type EventLogDeps, isDeletedPage, readDeletedEvents } from './deleted-page.ts';
import { eventfulTypes } from './event-subject.ts';
import { presentEvent } from './present-event.ts';

/**
 * The event of this id, whether it has a row of its own or is the deletion of a record, which is read from the archive.
 * @param event.id plain UUID.
 * @returns undefined when the organization has none.
 */
export async function findEvent(
  deps: EventLogDeps,
  event: { readonly organizationId: string; readonly id: string },
): Promise<JsonObject | undefined> {
  const { organizationId, id } = event;
  const [own] = await findEventRows(deps.db, { organizationId, first: id, last: id });
  if (own) return isDeletedPage(own) ? undefined : presentEvent(own, deps.catalog);
  const key = readDeletedEventId(id);
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
  if (!isDeletedPage(page)) return undefined;
  for (const type of deletedTypes(deps.catalog, page)) {
    const id = await findRecord(deps.db, deps.catalog, page, { type, recordHash });
    if (id === undefined) continue;
    const { events } = await readDeletedEvents(deps, page, {
      objectTypes: [type.name],
      after: null,
      limit: 1,
      only: () => [{ column: 'id', value: id }],
    });
    return events[0];
  }
  return undefined;
}

const deletedTypes = (catalog: Catalog, page: EventRow) =>
  eventfulTypes(catalog).filter(({ name }) => countDeleted(page, [name]) > 0);

function findRecord(
  db: Db,
  catalog: Catalog,
  page: EventRow & { readonly page_no: number },
  wanted: Parameters<typeof findArchivedByHash>[2],
): Promise<string | undefined> {
  const { organization_id: tenantId, object_id: bulkDeleteId, page_no: pageNo } = page;
  return findArchivedByHash(db, { catalog, tenantId, bulkDeleteId, pageNo }, wanted);
}
