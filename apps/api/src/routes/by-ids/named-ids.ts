import { decodeId, type ObjectType } from '@winnow/catalog';
import type { JsonObject, ObjectFailure } from '@winnow/db';

/** A kind of objects as these endpoints call it. */
export interface NamedKind {
  readonly objectType: ObjectType;
  /** In keys of bodies, `deal` in `deal_ids`; also a prefix of ids that is understood beside the catalog's. */
  readonly name: string;
}

/** The ids of a request, each once, in the order given. */
export interface NamedIds {
  /** What is an id, by its plain UUID, as it was sent first. */
  readonly sentById: ReadonlyMap<string, string>;
  /** What is none. */
  readonly malformed: readonly string[];
}

/** Reads ids: plain UUIDs, or with a prefix. A malformed one fails its row and not the call. */
export function readNamedIds({ objectType, name }: NamedKind, ids: readonly string[]): NamedIds {
  const sentById = new Map<string, string>();
  const malformed = new Set<string>();
  for (const sent of ids) {
    const id = decodeNamedId({ objectType, name }, sent);
    if (id === undefined) malformed.add(sent);
    else if (!sentById.has(id)) sentById.set(id, sent);
  }
  return { sentById, malformed: [...malformed] };
}

/** The UUID of an id with the catalog's prefix, with that of these endpoints, or with none. */
export function decodeNamedId({ objectType, name }: NamedKind, sent: string): string | undefined {
  return decodeId(objectType.idPrefix, sent) ?? decodeId(name, sent);
}

/** A row of `errors` for each id that is malformed, and for each object that could not be deleted. */
export function presentRowErrors(
  { objectType, name }: NamedKind,
  { sentById, malformed }: NamedIds,
  failures: readonly ObjectFailure[],
): readonly JsonObject[] {
  const key = `${name}_id`;
  return [
    ...malformed.map((sent) => ({
      [key]: sent,
      code: 'invalid_id',
      message: `This is no id of a ${name}: a UUID, or ${objectType.idPrefix}_ and 22 characters.`,
    })),
    ...failures.map(({ objectId, code, message }) => ({
      [key]: sentById.get(objectId) ?? objectId,
      code,
      message,
    })),
  ];
}
