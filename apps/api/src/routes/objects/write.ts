import { newId, type ObjectType, objectTypeOf, tableOf } from '@winnow/catalog';
import {
  type ColumnValues,
  type Db,
  deleteEmbedded,
  insertObjects,
  type JsonValue,
  type Trx,
  updateObject,
} from '@winnow/db';
import { notFound } from '../../refusal.ts';
import type { ObjectContext } from './context.ts';
import type { Draft } from './draft.ts';
import type { ReadBody } from './read-body.ts';
import { assertReferences } from './references.ts';
import { refuseWrite } from './refuse-write.ts';

/** Wire names of what the server keeps itself (reference, section 6). A type without such a field has none kept. */
const USER_STAMPS = ['created_by', 'updated_by'] as const;
const UPDATE_STAMP = 'date_updated';

/**
 * Writes a new object with its parts, in one transaction with `andThen`.
 * @throws Refusal 400 when something it refers to is missing, or the database refuses a value.
 */
export function createObject<Result>(
  db: Db,
  context: ObjectContext,
  body: ReadBody,
  andThen: (trx: Trx) => Promise<Result>,
): Promise<Result> {
  return write(db, context, body, async (trx) => {
    await insertDrafts(trx, context, withTargets(context, body.draft));
    return andThen(trx);
  });
}

/**
 * Changes an object and gives the parts that the body names anew, in one transaction with `andThen`.
 * @throws Refusal 404 when there is no such object, 400 as above.
 */
export function patchObject<Result>(
  db: Db,
  context: ObjectContext,
  body: ReadBody,
  andThen: (trx: Trx) => Promise<Result>,
): Promise<Result> {
  return write(db, context, body, async (trx) => {
    const { draft } = body;
    const { objectType } = draft;
    const changed = await updateObject(
      trx,
      { ...context, objectType },
      {
        id: draft.id,
        values: { ...draft.values, ...stampsOf(objectType, context.userId, ['updated_by']) },
        custom: draft.custom,
        touched: columnsOf(objectType, [UPDATE_STAMP]),
      },
    );
    if (!changed) throw notFound(objectType.label.one);
    for (const embed of objectType.embeds.filter(({ name }) => Object.hasOwn(draft.parts, name))) {
      await deleteEmbedded(trx, { ...context, embed }, draft.id);
    }
    await insertDrafts(trx, context, Object.values(draft.parts).flat());
    return andThen(trx);
  });
}

async function write<Result>(
  db: Db,
  context: ObjectContext,
  body: ReadBody,
  work: (trx: Trx) => Promise<Result>,
): Promise<Result> {
  try {
    return await db.transaction().execute(async (trx) => {
      await assertReferences(trx, context, body.references);
      return work(trx);
    });
  } catch (error) {
    throw await refuseWrite(db, context, body, error);
  }
}

/** Writes drafts and their parts, parents first, one type after the other. */
async function insertDrafts(trx: Trx, context: ObjectContext, drafts: readonly Draft[]): Promise<void> {
  for (
    let level = drafts;
    level.length > 0;
    level = level.flatMap(({ parts }) => Object.values(parts).flat())
  ) {
    for (const objectType of new Set(level.map((draft) => draft.objectType))) {
      const alike = level.filter((draft) => draft.objectType === objectType);
      await insertObjects(
        trx,
        { ...context, objectType },
        alike.map((draft) => ({ id: draft.id, values: columnsOfDraft(context, draft) })),
      );
    }
  }
}

function columnsOfDraft(context: ObjectContext, { objectType, values, custom }: Draft): ColumnValues {
  const { customColumn } = tableOf(context.catalog, objectType.table);
  return {
    ...values,
    ...stampsOf(objectType, context.userId, USER_STAMPS),
    ...(customColumn === undefined ? {} : { [customColumn]: custom.set }),
  };
}

/** Columns of the stamps that this object type has. */
function columnsOf(objectType: ObjectType, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const field = Object.hasOwn(objectType.fields, name) ? objectType.fields[name] : undefined;
    return field?.source.from === 'column' && !field.writable ? [field.source.column] : [];
  });
}

function stampsOf(objectType: ObjectType, value: JsonValue, names: readonly string[]): ColumnValues {
  return Object.fromEntries(columnsOf(objectType, names).map((column) => [column, value]));
}

/**
 * The draft, after the objects that it needs and does not name (`createsTargetWhenAbsent`): each with the name of
 * the new object, as far as both have one.
 */
function withTargets(context: ObjectContext, draft: Draft): readonly Draft[] {
  const targets: Draft[] = [];
  const links: Record<string, JsonValue> = {};
  for (const { source, target, createsTargetWhenAbsent } of Object.values(draft.objectType.fields)) {
    if (!createsTargetWhenAbsent || target === undefined || source.from !== 'column') continue;
    if (draft.values[source.column] !== undefined) continue;
    const made = draftTarget(objectTypeOf(context.catalog, target), draft);
    targets.push(made);
    links[source.column] = made.id;
  }
  return [...targets, { ...draft, values: { ...draft.values, ...links } }];
}

function draftTarget(objectType: ObjectType, named: Draft): Draft {
  const from = named.objectType.fields.name?.source;
  const to = objectType.fields.name?.source;
  const name = from?.from === 'column' ? named.values[from.column] : undefined;
  return {
    objectType,
    id: newId(),
    path: '',
    values: to?.from === 'column' && name !== undefined ? { [to.column]: name } : {},
    custom: { set: {}, unset: [] },
    parts: {},
  };
}
