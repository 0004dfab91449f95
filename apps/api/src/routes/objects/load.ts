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
import { isPicked, type PickedFields } from '../../wire/picked-fields.ts';
import type { ObjectContext } from './context.ts';
import { idListName } from './conventions.ts';

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
  context: ObjectContext,
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
  context: ObjectContext,
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
export async function loadParts(
  db: Db | Trx,
  context: ObjectContext,
  rows: readonly ObjectRow[],
  picked: PickedFields,
  level = 1,
): Promise<readonly ObjectTree[]> {
  const trees = rows.map((row) => ({ row, parts: {} as Record<string, readonly ObjectTree[]> }));
  for (const objectType of new Set(rows.map((row) => row.objectType))) {
    const parents = trees.filter(({ row }) => row.objectType === objectType);
    for (const embed of objectType.embeds.filter((candidate) => isShown(context, candidate, picked))) {
      const children = level > MAX_LEVELS ? [] : await loadEmbed(db, context, embed, parents, level);
      const byParent = groupByParent(children);
      for (const { row, parts } of parents) parts[embed.name] = byParent.get(row.id) ?? [];
    }
  }
  return trees;
}

async function loadEmbed(
  db: Db | Trx,
  context: ObjectContext,
  embed: Embed,
  parents: readonly ObjectTree[],
  level: number,
): Promise<readonly ObjectTree[]> {
  const all: PickedFields = { names: undefined };
  const rows = await listEmbedded(
    db,
    { ...context, embed },
    { parentIds: parents.map(({ row }) => row.id), wanted: wantedFields(all) },
  );
  return loadParts(db, context, rows, all, level + 1);
}

/** An array is read when it is shown itself, or when the list of its ids is. */
function isShown({ catalog }: ObjectContext, embed: Embed, picked: PickedFields): boolean {
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
