import { type Embed, encodeId, type Field, type ObjectType, objectTypeOf } from '@winnow/catalog';
import {
  type ArchivedOnly,
  type ArchivedPage,
  type Db,
  type JsonObject,
  listArchivedEmbedded,
  listArchivedObjects,
  type ObjectRow,
  readArchivedColumn,
} from '@winnow/db';
import type { RecordContext } from './context.ts';
import { hasRoutes, idListName } from './conventions.ts';
import { growTrees, type ObjectTree, type ReadParts, wantedFields } from './load.ts';
import type { PickedFields } from './picked-fields.ts';
import { presentObject } from './present.ts';

const ALL_FIELDS: PickedFields = { names: undefined };

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

/** A deleted object as it was, whole, for the wire. */
export interface DeletedObject {
  /** Plain UUID. */
  readonly id: string;
  readonly shown: JsonObject;
}

/**
 * Reads objects that a page deleted out of the archive, each with the parts that went with it. A field that was
 * looked up in a row which went too (the name of an opportunity's lead) is looked up in the archive. Arrays of objects
 * that have URLs of their own are left out, and the lists of their ids stay: each of them is a deleted object of its own.
 */
export async function readDeletedObjects(
  db: Db,
  { context, bulkDeleteId, pageNo }: DeletedPage,
  ask: DeletedAsk,
): Promise<readonly DeletedObject[]> {
  const page: ArchivedPage = { ...context, bulkDeleteId, pageNo };
  const rows = await completeLookups(
    db,
    page,
    await listArchivedObjects(db, page, { ...ask, wanted: isKnown }),
  );
  const readParts: ReadParts = async (embed, parentIds) =>
    isShownAlone(context, embed)
      ? []
      : completeLookups(
          db,
          page,
          await listArchivedEmbedded(db, page, { embed, parentIds, wanted: isKnown }),
        );
  const trees = await growTrees(readParts, context, rows, ALL_FIELDS);
  const idLists = await readIdLists(db, context, page, ask.type, rows);
  return trees.map((tree) => ({
    id: tree.row.id,
    shown: { ...presentAlone(context, ask.type, tree), ...idLists.get(tree.row.id) },
  }));
}

/** Whether the members of an array are objects with URLs, which are shown by themselves. */
function isShownAlone({ catalog }: RecordContext, embed: Embed): boolean {
  return hasRoutes(objectTypeOf(catalog, embed.objectType));
}

function presentAlone(context: RecordContext, type: ObjectType, tree: ObjectTree): JsonObject {
  const alone = type.embeds.filter((embed) => isShownAlone(context, embed)).map(({ name }) => name);
  const shown = Object.entries(presentObject(context, tree, ALL_FIELDS));
  return Object.fromEntries(shown.filter(([name]) => !alone.includes(name)));
}

/** By the UUID of each object: the lists of the wire ids of what went with it. */
async function readIdLists(
  db: Db,
  context: RecordContext,
  page: ArchivedPage,
  type: ObjectType,
  rows: readonly ObjectRow[],
): Promise<ReadonlyMap<string, Record<string, readonly string[]>>> {
  const lists = new Map<string, Record<string, readonly string[]>>(rows.map(({ id }) => [id, {}]));
  for (const embed of type.embeds) {
    const name = idListName(context.catalog, embed);
    if (name === undefined || rows.length === 0) continue;
    for (const list of lists.values()) list[name] = [];
    const parentIds = rows.map(({ id }) => id);
    const members = await listArchivedEmbedded(db, page, { embed, parentIds, wanted: () => false });
    for (const { id, parentId, objectType } of members) {
      const list = lists.get(parentId ?? '');
      if (list) list[name] = [...(list[name] ?? []), encodeId(objectType.idPrefix, id)];
    }
  }
  return lists;
}

/** Fields that are still known of an object that has been deleted with its parts. */
function isKnown(field: Field): boolean {
  return wantedFields(ALL_FIELDS)(field) && field.ofParts !== true;
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
