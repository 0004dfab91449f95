import { type Field, findObjectType, type ObjectType } from '@winnow/catalog';
import {
  isBeingMergedAway,
  type JsonObject,
  type JsonValue,
  listCustomFields,
  listObjectsById,
  lockRooted,
  type MergeScope,
  type ObjectRow,
  type Relinking,
  relinkCustomValues,
  relinkReferences,
  type Trx,
  updateObject,
} from '@winnow/db';
import { Refusal } from '../../refusal.ts';
import { assertMergeable } from './mergeable.ts';
import type { NamedIds } from './named-ids.ts';

/**
 * Gives to one object all that belongs or refers to others of its type: everything but the deletion of those, in the
 * transaction that makes their bulk delete, so that a crash in between loses nothing.
 * @throws Refusal when the object is gone, or waits to be deleted itself, or belongs elsewhere than the others.
 */
export async function mergeObjects(
  trx: Trx,
  scope: MergeScope,
  {
    toId,
    sentById,
    userId,
  }: Pick<Relinking, 'toId'> & Pick<NamedIds, 'sentById'> & { readonly userId: string | null },
): Promise<void> {
  const fromIds = [...sentById.keys()];
  const locked = await lockRooted(trx, scope, [toId, ...fromIds]);
  assertMergeable(scope.objectType, toId, locked, sentById);
  if (await isBeingMergedAway(trx, scope, toId)) {
    throw new Refusal(409, { error: `This ${scope.objectType.label.one} is being merged into another one.` });
  }
  const relinking = { toId, fromIds: fromIds.filter((id) => locked.some((object) => object.id === id)) };
  if (relinking.fromIds.length === 0) return;
  await relinkReferences(trx, scope, relinking);
  await relinkCustomValues(trx, scope, await findReferringFields(trx, scope), relinking);
  await fillEmpty(trx, scope, relinking, userId);
}

async function findReferringFields(trx: Trx, { catalog, tenantId, objectType }: MergeScope) {
  const fields = await listCustomFields(trx, { organizationId: tenantId });
  return fields.filter(({ type }) => findObjectType(catalog, type)?.name === objectType.name);
}

/** What the object has no value for, it takes from the first of the others that has one; what it has, it keeps. */
async function fillEmpty(
  trx: Trx,
  scope: MergeScope,
  { toId, fromIds }: Relinking,
  userId: string | null,
): Promise<void> {
  const { objectType } = scope;
  const fields = Object.values(objectType.fields).filter(isFilled);
  const ids = [toId, ...fromIds];
  const found = await listObjectsById(trx, { ...scope, types: [objectType] }, { ids, wanted: isFilled });
  const byId = new Map(found.map((row) => [row.id, row]));
  const rows = ids.flatMap((id) => byId.get(id) ?? []);
  const [kept] = rows;
  const values = Object.fromEntries(
    fields.flatMap((field) => {
      const first = rows.find((row) => !isEmpty(row.values[field.name]));
      return first === undefined || first === kept
        ? []
        : [[columnOf(field), first.values[field.name] as JsonValue]];
    }),
  );
  await updateObject(trx, scope, {
    id: toId,
    values: { ...values, ...(hasStamp(objectType, 'updated_by') ? { updated_by: userId } : {}) },
    custom: { set: mergeCustom(rows), unset: [] },
    touched: hasStamp(objectType, 'date_updated') ? ['date_updated'] : [],
  });
}

/** Texts, choices, dates and numbers that a client may write; a reference says where the object belongs. */
function isFilled({ source, writable, kind }: Field): boolean {
  return source.from === 'column' && writable && kind !== 'reference' && kind !== 'json';
}

function columnOf({ source, name }: Field): string {
  return source.from === 'column' ? source.column : name;
}

function hasStamp({ fields }: ObjectType, name: string): boolean {
  return Object.hasOwn(fields, name);
}

function isEmpty(value: unknown): boolean {
  return (
    value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  );
}

/** The first value of each custom field, of what comes first. */
function mergeCustom(rows: readonly ObjectRow[]): JsonObject {
  return Object.assign({}, ...rows.map(({ custom }) => custom).reverse());
}
