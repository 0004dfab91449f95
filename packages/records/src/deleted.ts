import type { Field, ObjectType } from '@winnow/catalog';
import {
  type ArchivedOnly,
  type ArchivedPage,
  type Db,
  listArchivedEmbedded,
  listArchivedObjects,
  type ObjectRow,
  readArchivedColumn,
} from '@winnow/db';
import { type LoneObject, presentAlone, standsAlone } from './alone.ts';
import type { RecordContext } from './context.ts';

/** A page of a bulk delete, with what showing its records works with. */
export interface DeletedPage extends Pick<ArchivedPage, 'bulkDeleteId' | 'pageNo'> {
  readonly context: RecordContext;
}

/** Which of the objects of a page, and in which order. */
export interface DeletedAsk {
  readonly type: ObjectType;
  /** Only objects after this id in the direction; null begins at the beginning. */
  readonly beyond: string | null;
  readonly direction: 'ascending' | 'descending';
  readonly limit: number;
  readonly only?: readonly ArchivedOnly[];
}

/**
 * Reads objects that a page deleted out of the archive, each with the parts that went with it. A field that was
 * looked up in a row which went too (the name of an opportunity's lead) is looked up in the archive.
 */
export async function readDeletedObjects(
  db: Db,
  { context, bulkDeleteId, pageNo }: DeletedPage,
  ask: DeletedAsk,
): Promise<readonly LoneObject[]> {
  const page: ArchivedPage = { ...context, bulkDeleteId, pageNo };
  const rows = await listArchivedObjects(db, page, { ...ask, wanted: standsAlone });
  const completed = await completeLookups(db, page, rows);
  return presentAlone(context, ask.type, completed, async (embed, parentIds, wanted) =>
    completeLookups(db, page, await listArchivedEmbedded(db, page, { embed, parentIds, wanted })),
  );
}

async function completeLookups(
  db: Db,
  page: ArchivedPage,
  rows: readonly ObjectRow[],
): Promise<readonly ObjectRow[]> {
  let completed = rows;
  for (const objectType of new Set(rows.map((row) => row.objectType))) {
    for (const field of Object.values(objectType.fields)) {
      completed = await completeLookup(db, page, objectType, field, completed);
    }
  }
  return completed;
}

async function completeLookup(
  db: Db,
  page: ArchivedPage,
  objectType: ObjectType,
  { name, source }: Field,
  rows: readonly ObjectRow[],
): Promise<readonly ObjectRow[]> {
  if (source.from !== 'lookup') return rows;
  const link = Object.values(objectType.fields).find(
    (candidate) => candidate.source.from === 'column' && candidate.source.column === source.via,
  );
  if (!link) return rows;
  const missing = ({ objectType: type, values }: ObjectRow) =>
    type === objectType && values[name] === null && typeof values[link.name] === 'string';
  const ids = [...new Set(rows.filter(missing).map(({ values }) => String(values[link.name])))];
  if (ids.length === 0) return rows;
  const found = await readArchivedColumn(db, page, { ...source, ids });
  if (found.size === 0) return rows;
  return rows.map((row) =>
    missing(row)
      ? { ...row, values: { ...row.values, [name]: found.get(String(row.values[link.name])) ?? null } }
      : row,
  );
}
