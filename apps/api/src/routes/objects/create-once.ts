import type { ObjectType } from '@winnow/catalog';
import { type Db, errorCode, type JsonObject, type Trx } from '@winnow/db';
import { loadObject, type PickedFields, presentObject } from '@winnow/records';
import type { FastifyRequest } from 'fastify';
import { mayBeMade, resourceIdOf } from '../../resource-id.ts';
import type { ObjectContext } from './context.ts';
import { readNewObject } from './read-body.ts';
import { createObject } from './write.ts';

const ALL_FIELDS: PickedFields = { names: undefined };

/**
 * Adds the object of a POST, once, however often the request is begun.
 * @returns the object, as it is now when an earlier beginning has added it.
 * @throws Refusal 400 that names every wrong field.
 */
export async function createOnce(
  db: Db,
  context: ObjectContext,
  type: ObjectType,
  request: FastifyRequest,
): Promise<JsonObject> {
  const id = resourceIdOf(request);
  const made = mayBeMade(request) ? await present(db, context, type, id) : undefined;
  if (made) return made;
  const body = readNewObject(context, type, id, request.body);
  try {
    return await createObject(db, context, body, (trx) => readBack(trx, context, type, id));
  } catch (error) {
    // Two beginnings at once: the primary key lets one of them through.
    const other = errorCode(error) === '23505' ? await present(db, context, type, id) : undefined;
    if (!other) throw error;
    return other;
  }
}

/** The object as it now is, read in the transaction that wrote it. */
export async function readBack(
  trx: Trx,
  context: ObjectContext,
  type: ObjectType,
  id: string,
): Promise<JsonObject> {
  const object = await present(trx, context, type, id);
  if (!object) throw new Error(`a ${type.name} that was just written cannot be read`);
  return object;
}

async function present(
  db: Db | Trx,
  context: ObjectContext,
  type: ObjectType,
  id: string,
): Promise<JsonObject | undefined> {
  const tree = await loadObject(db, context, type, id, ALL_FIELDS);
  return tree && presentObject(context, tree, ALL_FIELDS);
}
