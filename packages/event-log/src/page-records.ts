import type { ObjectType } from '@winnow/catalog';
import { kindColumn } from '@winnow/catalog';
import {
  type ArchivedOnly,
  type Db,
  type JsonObject,
  listRestoredRecords,
  type RestoredOnly,
} from '@winnow/db';
import { type RecordContext, readDeletedObjects, readLivingObjects } from '@winnow/records';
import type { RecordPageRow } from './record-action.ts';

/** A record of a page. */
export interface PageRecord {
  /** Plain UUID. */
  readonly id: string;
  /** As it was when it is in the archive, as it is now when it came back; null when it came back and is gone again. */
  readonly shown: JsonObject | null;
  /** What is known of a record that came back, whatever has become of it; undefined for one in the archive. */
  readonly remembered?: { readonly rootId: string | null; readonly kind: string | null };
}

/** Which records of a page. */
export interface PageRecordsAsk {
  readonly type: ObjectType;
  /** Only records after this id in the direction; null begins at the beginning. */
  readonly beyond: string | null;
  readonly direction: 'ascending' | 'descending';
  readonly limit: number;
  readonly only: RestoredOnly;
}

/**
 * Reads records of one type that a page deleted or gave back. What it deleted is in the archive, or has come back since:
 * then it is among the records that undos remember, and is shown as it lives.
 */
export async function readPageRecords(
  db: Db,
  context: RecordContext,
  page: RecordPageRow,
  ask: PageRecordsAsk,
): Promise<readonly PageRecord[]> {
  const { object_id: bulkActionId, page_no: pageNo } = page;
  const isDeleted = page.action === 'deleted';
  // The archive first: what an undo gives back between the two is then found twice, and not left out.
  const archived = isDeleted
    ? await readDeletedObjects(
        db,
        { context, bulkDeleteId: bulkActionId, pageNo },
        { ...ask, only: archivedOnly(ask) },
      )
    : [];
  const by = isDeleted ? ('bulk delete' as const) : ('undo' as const);
  const restored = await listRestoredRecords(db, { ...context, bulkActionId, pageNo, by }, ask);
  if (restored.length === 0) return archived;
  const found = new Set(archived.map(({ id }) => id));
  const back = restored.filter(({ id }) => !found.has(id));
  const living = await readLivingObjects(db, context, { type: ask.type, ids: back.map(({ id }) => id) });
  const shownById = new Map(living.map(({ id, shown }) => [id, shown]));
  const remembered = back.map(({ id, rootId, kind }) => ({
    id,
    shown: shownById.get(id) ?? null,
    remembered: { rootId, kind },
  }));
  return inOrder([...archived, ...remembered], ask);
}

function archivedOnly({ type, only }: PageRecordsAsk): readonly ArchivedOnly[] {
  return [
    ...equals('id', only.id),
    ...equals(type.rootColumn, only.rootId),
    ...equals(kindColumn(type), only.kind),
  ];
}

function equals(column: string | undefined, value: string | undefined): readonly ArchivedOnly[] {
  return column === undefined || value === undefined ? [] : [{ column, value }];
}

/** As text UUIDs have the order that Postgres gives them. */
function inOrder(
  records: readonly PageRecord[],
  { direction, limit }: PageRecordsAsk,
): readonly PageRecord[] {
  const sign = direction === 'ascending' ? 1 : -1;
  return records.toSorted((one, other) => (one.id < other.id ? -sign : sign)).slice(0, limit);
}
