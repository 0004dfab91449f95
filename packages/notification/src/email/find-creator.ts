import { decodeId, ID_PREFIX } from '@winnow/catalog';
import { type Db, type EventRow, findUser, type Trx, type UserRow } from '@winnow/db';

/** The user who made what the event is about; undefined when there is none, or no address to write to. */
export async function findCreator(db: Db | Trx, event: EventRow): Promise<UserRow | undefined> {
  const creator = event.data?.created_by;
  if (typeof creator !== 'string') return undefined;
  const id = decodeId(ID_PREFIX.user, creator);
  const user =
    id === undefined ? undefined : await findUser(db, { organizationId: event.organization_id, id });
  return user && user.email !== '' ? user : undefined;
}
