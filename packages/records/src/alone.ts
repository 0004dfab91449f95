import { type Embed, encodeId, type Field, type ObjectType, objectTypeOf } from '@winnow/catalog';
import type { FieldFilter, JsonObject, ObjectRow } from '@winnow/db';
import type { RecordContext } from './context.ts';
import { hasRoutes, idListName } from './conventions.ts';
import { growTrees, type ObjectTree, wantedFields } from './load.ts';
import type { PickedFields } from './picked-fields.ts';
import { presentObject } from './present.ts';

const ALL_FIELDS: PickedFields = { names: undefined };

/** An object with its UUID, as it stands in an event: whole, but alone. */
export interface LoneObject {
  /** Plain UUID. */
  readonly id: string;
  readonly shown: JsonObject;
}

/** Reads the rows of one array for many parents, wherever they are. */
export type ReadMembers = (
  embed: Embed,
  parentIds: readonly string[],
  wanted: FieldFilter,
) => Promise<readonly ObjectRow[]>;

/** Fields that an object alone has: none that is worked out of parts which are objects themselves. */
export function standsAlone(field: Field): boolean {
  return wantedFields(ALL_FIELDS)(field) && field.ofParts !== true;
}

/**
 * Shows objects with their parts. Arrays of objects that have URLs of their own are left out, and the lists of their ids
 * stay: each of them has an event of its own.
 * @param rows of the type, with the fields that `standsAlone` lets through.
 */
export async function presentAlone(
  context: RecordContext,
  type: ObjectType,
  rows: readonly ObjectRow[],
  readMembers: ReadMembers,
): Promise<readonly LoneObject[]> {
  const trees = await growTrees(
    async (embed, parentIds) =>
      isShownAlone(context, embed) ? [] : readMembers(embed, parentIds, standsAlone),
    context,
    rows,
    ALL_FIELDS,
  );
  const idLists = await readIdLists(context, type, rows, readMembers);
  return trees.map((tree) => ({
    id: tree.row.id,
    shown: { ...presentWithout(context, type, tree), ...idLists.get(tree.row.id) },
  }));
}

/** Whether the members of an array are objects with URLs, which are shown by themselves. */
function isShownAlone({ catalog }: RecordContext, embed: Embed): boolean {
  return hasRoutes(objectTypeOf(catalog, embed.objectType));
}

function presentWithout(context: RecordContext, type: ObjectType, tree: ObjectTree): JsonObject {
  const alone = type.embeds.filter((embed) => isShownAlone(context, embed)).map(({ name }) => name);
  const shown = Object.entries(presentObject(context, tree, ALL_FIELDS));
  return Object.fromEntries(shown.filter(([name]) => !alone.includes(name)));
}

/** By the UUID of each object: the lists of the wire ids of its members. */
async function readIdLists(
  context: RecordContext,
  type: ObjectType,
  rows: readonly ObjectRow[],
  readMembers: ReadMembers,
): Promise<ReadonlyMap<string, Record<string, readonly string[]>>> {
  const lists = new Map<string, Record<string, readonly string[]>>(rows.map(({ id }) => [id, {}]));
  for (const embed of type.embeds) {
    const name = idListName(context.catalog, embed);
    if (name === undefined || rows.length === 0) continue;
    for (const list of lists.values()) list[name] = [];
    const parentIds = rows.map(({ id }) => id);
    for (const { id, parentId, objectType } of await readMembers(embed, parentIds, () => false)) {
      const list = lists.get(parentId ?? '');
      if (list) list[name] = [...(list[name] ?? []), encodeId(objectType.idPrefix, id)];
    }
  }
  return lists;
}
