import { type ObjectType, objectTypeOf } from '@winnow/catalog';
import { type BulkDeleteRow, type Db, type JsonObject, listDeletingPages } from '@winnow/db';
import { type DeletedPage, type RecordContext, readDeletedObjects } from '@winnow/records';
import { assertArchiveKept } from '../archive/expiry.ts';
import { childTypesOf } from './child-types.ts';

/** Pages whose numbers are read at once. */
const PAGES = 500;
/** Records that are read at once, each with all its parts. */
const BATCH = 500;

/**
 * Walks through the records that a bulk delete has taken, as they were, out of the archive: page by page in the order
 * of the frozen set, and within a page by object type and id. It holds one batch at a time.
 * @param options.includeChildren also what went with its targets and has URLs of its own.
 * @throws ArchiveExpiredError, also at the end, when it may have been purged under the walk.
 * @returns each as its own URL showed it, with its object type in `__object_type`.
 */
export async function* walkArchived(
  { db, context }: { readonly db: Db; readonly context: RecordContext },
  bulkDelete: BulkDeleteRow,
  { includeChildren }: { readonly includeChildren: boolean },
): AsyncGenerator<JsonObject, void, undefined> {
  const { catalog } = context;
  const children = includeChildren ? childTypesOf(catalog, bulkDelete).map(({ type }) => type) : [];
  const types = [objectTypeOf(catalog, bulkDelete.object_type), ...children];
  await assertArchiveKept(db, bulkDelete.id);
  let after = 0;
  for (;;) {
    const pages = await listDeletingPages(db, bulkDelete.id, { after, limit: PAGES });
    for (const { pageNo, firstPosition } of pages) {
      after = firstPosition;
      const page = { context, bulkDeleteId: bulkDelete.id, pageNo };
      for (const type of types) yield* walkPage(db, page, type);
    }
    if (pages.length < PAGES) break;
  }
  await assertArchiveKept(db, bulkDelete.id);
}

async function* walkPage(
  db: Db,
  page: DeletedPage,
  type: ObjectType,
): AsyncGenerator<JsonObject, void, undefined> {
  let beyond: string | null = null;
  for (;;) {
    const objects = await readDeletedObjects(db, page, {
      type,
      beyond,
      direction: 'ascending',
      limit: BATCH,
    });
    for (const { id, shown } of objects) {
      beyond = id;
      yield { __object_type: type.name, ...shown };
    }
    if (objects.length < BATCH) return;
  }
}
