import { type Catalog, decodeId, findObjectType, ID_PREFIX } from '@winnow/catalog';
import { QueryError } from '../errors.ts';
import { quote } from '../wording.ts';

const ACTOR = 'user';

/**
 * The id prefix of what a reference points at: an actor, or an object type of the catalog.
 * @throws Error when the catalog names a target that it does not have: a mistake in the catalog, never a client's.
 */
export function prefixOf(catalog: Catalog, target: string): string {
  if (target === ACTOR) return ID_PREFIX.user;
  const type = findObjectType(catalog, target);
  if (!type) throw new Error(`catalog ${catalog.name} has a reference to ${target}, which is no object type`);
  return type.idPrefix;
}

/** Whether a reference points at a person of the organization, whom `current_user` can be. */
export function pointsAtActor(target: string | undefined): boolean {
  return target === ACTOR;
}

/** The UUID behind a wire id of this prefix, or behind a plain UUID. @throws QueryError QUERY_MALFORMED_ID */
export function decodeOrRefuse(prefix: string, text: string, path: string): string {
  const uuid = decodeId(prefix, text);
  if (uuid !== undefined) return uuid;
  const reason = `${quote(text)} is no id of this kind. It is written "${prefix}_" and 22 letters and digits, or as a UUID.`;
  throw new QueryError('QUERY_MALFORMED_ID', path, reason);
}
