import { type Catalog, encodeId, objectTypeOf, objectTypesIn } from '@winnow/catalog';
import {
  type ArchivedChild,
  type BulkDeleteRow,
  type Db,
  findDeletingPageAt,
  listArchivedChildren,
  listOutcomes,
  type ObjectOutcome,
  type Outcome,
  type Trx,
} from '@winnow/db';
import { assertArchiveKept } from '../archive/expiry.ts';
import { type ChildType, childTypesOf } from './child-types.ts';

/** Where a walk through the results stands. JSON-able. */
export interface ResultPosition {
  /** Position of the last target in the frozen set; 0 before the first. */
  readonly target: number;
  /** The last of the objects that went with targets of its page; null before the first of them. */
  readonly child: { readonly objectType: string; readonly id: string } | null;
}

/** What became of one record, as it is on the wire. */
export interface Result {
  readonly id: string;
  /** Canonical name, as in `deleted_counts`. */
  readonly object_type: string;
  readonly outcome: ObjectOutcome['outcome'];
  readonly code: string | null;
  readonly message: string | null;
  /** Wire id of what it went with; null for what was itself to be deleted. */
  readonly parent: string | null;
}

/** Which results. */
export interface ResultsAsk {
  /** Only those; null takes all. */
  readonly outcome: Outcome | null;
  /** Also what went with the deleted ones, as far as it has URLs of its own and the archive has it. */
  readonly includeChildren: boolean;
  readonly after: ResultPosition;
  /** Most records that one statement reads. */
  readonly batch: number;
}

/** A result with the position that a walk goes on behind. */
export interface PlacedResult {
  readonly result: Result;
  readonly position: ResultPosition;
}

export const FIRST_POSITION: ResultPosition = { target: 0, child: null };

/**
 * Walks through what became of each object of a bulk delete, in the order of its frozen set; what went with the objects
 * of a page comes behind them. It holds one batch at a time. Over a bare connection each batch is of its own moment:
 * then, too, no object comes twice or is left out, because none ever changes its place in the set.
 * @throws ArchiveExpiredError when what went with the objects is asked for and not kept any more, also at the end.
 */
export async function* walkResults(
  { db, catalog }: { readonly db: Db | Trx; readonly catalog: Catalog },
  bulkDelete: BulkDeleteRow,
  { outcome, includeChildren, after, batch }: ResultsAsk,
): AsyncGenerator<PlacedResult, void, undefined> {
  const type = objectTypeOf(catalog, bulkDelete.object_type);
  const showsChildren = includeChildren && bulkDelete.archive && (outcome ?? 'deleted') === 'deleted';
  const childTypes = showsChildren ? childTypesOf(catalog, bulkDelete) : [];
  if (showsChildren) await assertArchiveKept(db, bulkDelete.id);
  const childrenOf = (pageNo: number | undefined, from: ResultPosition) =>
    walkChildren({ db, catalog }, { bulkDelete, pageNo, childTypes, from, batch });

  let last = after;
  let page = childTypes.length > 0 ? await findDeletingPageAt(db, bulkDelete.id, after.target) : undefined;
  for (;;) {
    const found = await listOutcomes(db, bulkDelete.id, { outcome, after: last.target, limit: batch });
    for (const object of found) {
      if (object.pageNo !== page) yield* childrenOf(page, last);
      page = object.pageDeleted ? object.pageNo : undefined;
      last = { target: object.position, child: null };
      yield { result: presentTarget(type, object), position: last };
    }
    if (found.length < batch) break;
  }
  yield* childrenOf(page, last);
  if (showsChildren) await assertArchiveKept(db, bulkDelete.id);
}

interface ChildWalk {
  readonly bulkDelete: BulkDeleteRow;
  /** Undefined: there are none. */
  readonly pageNo: number | undefined;
  readonly childTypes: readonly ChildType[];
  readonly from: ResultPosition;
  readonly batch: number;
}

async function* walkChildren(
  { db, catalog }: { readonly db: Db | Trx; readonly catalog: Catalog },
  { bulkDelete, pageNo, childTypes, from, batch }: ChildWalk,
): AsyncGenerator<PlacedResult, void, undefined> {
  if (pageNo === undefined) return;
  const page = { catalog, tenantId: bulkDelete.organization_id, bulkDeleteId: bulkDelete.id, pageNo };
  const start = childTypes.findIndex(({ type }) => type.name === from.child?.objectType);
  for (const { type, parents } of childTypes.slice(Math.max(start, 0))) {
    let after = from.child?.objectType === type.name ? from.child.id : null;
    for (;;) {
      const found = await listArchivedChildren(db, page, { type, parents, after, limit: batch });
      for (const child of found) {
        after = child.id;
        yield {
          result: presentChild(catalog, type, child),
          position: { target: from.target, child: { objectType: type.name, id: child.id } },
        };
      }
      if (found.length < batch) break;
    }
  }
}

function presentTarget(
  { idPrefix, name }: ChildType['type'],
  { id, outcome, code, message }: ObjectOutcome,
): Result {
  return { id: encodeId(idPrefix, id), object_type: name, outcome, code, message, parent: null };
}

function presentChild(catalog: Catalog, type: ChildType['type'], { id, parent }: ArchivedChild): Result {
  // Types of one table have one prefix.
  const [parentType] = parent ? objectTypesIn(catalog, parent.table) : [];
  return {
    id: encodeId(type.idPrefix, id),
    object_type: type.name,
    outcome: 'deleted',
    code: null,
    message: null,
    parent: parent && parentType ? encodeId(parentType.idPrefix, parent.id) : null,
  };
}
