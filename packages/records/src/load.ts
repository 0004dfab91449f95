import { type Embed, type Field, isComputed, type ObjectType } from '@winnow/catalog';
import {
  type Db,
  type FieldFilter,
  findObject,
  listEmbedded,
  listObjectsById,
  type ObjectRow,
  type Trx,
} from '@winnow/db';
import type { RecordContext } from './context.ts';
import { idListName } from './conventions.ts';
import { isPicked, type PickedFields } from './picked-fields.ts';

/** A row with the rows that are shown inside it, by the name of the array. */
export interface ObjectTree {
  readonly row: ObjectRow;
  readonly parts: Readonly<Record<string, readonly ObjectTree[]>>;
}

/** Arrays inside of arrays; a catalog whose types embed each other would otherwise never end. */
const MAX_LEVELS = 4;

/** Fields that are read: those that were picked; else all but the computed ones, each of which costs a subquery. */
export function wantedFields({ names }: PickedFields): FieldFilter {
  return (field: Field) => names?.has(field.name) ?? !isComputed(field);
}

/** Reads one object with everything that is shown inside it; undefined when the organization has none of this id. */
export async function loadObject(
  db: Db | Trx,
  context: RecordContext,
  objectType: ObjectType,
  id: string,
  picked: PickedFields,
): Promise<ObjectTree | undefined> {
  const row = await findObject(db, { ...context, types: [objectType] }, { id, wanted: wantedFields(picked) });
  return row && (await loadParts(db, context, [row], picked))[0];
}

/**
 * Reads objects of one type with everything that is shown inside them: one query for the objects, and those of
 * `loadParts`.
 * @returns trees in the order of the ids; those that are gone are not in the answer.
 */
export async function loadObjects(
  db: Db | Trx,
  context: RecordContext,
  objectType: ObjectType,
  ids: readonly string[],
  picked: PickedFields,
): Promise<readonly ObjectTree[]> {
  if (ids.length === 0) return [];
  const rows = await listObjectsById(
    db,
    { ...context, types: [objectType] },
    { ids, wanted: wantedFields(picked) },
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const inOrder = ids.flatMap((id) => byId.get(id) ?? []);
  return loadParts(db, context, inOrder, picked);
}

/**
 * Reads what is shown inside these rows: one query for each array and level, however many rows there are.
 * @returns trees in the order of the rows.
 */
export function loadParts(
  db: Db | Trx,
  context: RecordContext,
  rows: readonly ObjectRow[],
  picked: PickedFields,
): Promise<readonly ObjectTree[]> {
  const wanted = wantedFields({ names: undefined });
  const read: ReadParts = (embed, parentIds) =>
    listEmbedded(db, { ...context, embed }, { parentIds, wanted });
  return growTrees(read, context, rows, picked);
}

/** Reads the rows of one array for many parents; `parentId` of each says whose it is. */
export type ReadParts = (embed: Embed, parentIds: readonly string[]) => Promise<readonly ObjectRow[]>;

/** Rows with what is shown inside them, wherever that is read from. @returns trees in the order of the rows. */
export async function growTrees(
  read: ReadParts,
  context: RecordContext,
  rows: readonly ObjectRow[],
  picked: PickedFields,
  level = 1,
): Promise<readonly ObjectTree[]> {
  const trees = rows.map((row) => ({ row, parts: {} as Record<string, readonly ObjectTree[]> }));
  for (const objectType of new Set(rows.map((row) => row.objectType))) {
    const parents = trees.filter(({ row }) => row.objectType === objectType);
    for (const embed of objectType.embeds.filter((candidate) => isShown(context, candidate, picked))) {
      const children = level > MAX_LEVELS ? [] : await growEmbed(read, context, embed, parents, level);
      const byParent = groupByParent(children);
      for (const { row, parts } of parents) parts[embed.name] = byParent.get(row.id) ?? [];
    }
  }
  return trees;
}

async function growEmbed(
  read: ReadParts,
  context: RecordContext,
  embed: Embed,
  parents: readonly ObjectTree[],
  level: number,
): Promise<readonly ObjectTree[]> {
  const rows = await read(
    embed,
    parents.map(({ row }) => row.id),
  );
  return growTrees(read, context, rows, { names: undefined }, level + 1);
}

/** An array is read when it is shown itself, or when the list of its ids is. */
function isShown({ catalog }: RecordContext, embed: Embed, picked: PickedFields): boolean {
  const ids = idListName(catalog, embed);
  return isPicked(picked, embed.name) || (ids !== undefined && isPicked(picked, ids));
}

function groupByParent(children: readonly ObjectTree[]): ReadonlyMap<string, readonly ObjectTree[]> {
  const groups = new Map<string, ObjectTree[]>();
  for (const child of children) {
    const parentId = child.row.parentId ?? '';
    const group = groups.get(parentId);
    if (group) group.push(child);
    else groups.set(parentId, [child]);
  }
  return groups;
}
