import { BULK_DELETE_EVENT } from '@winnow/bulk-delete';
import { type Db, type EventRow, listFailureReasons, type Trx, type UserRow } from '@winnow/db';
import type { NotificationDeps } from '../deps.ts';
import { writeBulkDeleteDone } from './bulk-delete-done.ts';
import { findCreator } from './find-creator.ts';
import type { RenderedLetter } from './letter.ts';
import { renderLetter } from './render-letter.ts';

/** The events that end a bulk delete, or an undo. */
export const LAST_ACTIONS: readonly string[] = ['completed', 'failed', 'cancelled'];
/** Reasons of failures that an e-mail names; the rest is on the API. */
const MAX_FAILURE_REASONS = 5;

/** The one who is to get a done e-mail for this event, or undefined: other events, not wanted, no address. */
export async function findDoneEmailReader(db: Db | Trx, event: EventRow): Promise<UserRow | undefined> {
  const isEnd = event.object_type === BULK_DELETE_EVENT && LAST_ACTIONS.includes(event.action);
  return isEnd && event.data?.send_done_email === true ? findCreator(db, event) : undefined;
}

/** The done e-mail that tells this reader of this event. */
export async function composeDoneEmail(
  { db, catalog, settings }: NotificationDeps,
  event: EventRow,
  reader: UserRow,
): Promise<RenderedLetter> {
  const bulkDelete = event.data ?? {};
  const failures = await listFailureReasons(db, {
    bulkDeleteId: event.object_id,
    limit: MAX_FAILURE_REASONS,
  });
  const done = {
    bulkDelete,
    reader: { name: fullName(reader), email: reader.email },
    failures,
    url: `${settings.publicUrl}/api/v1/bulk_action/delete/${bulkDelete.id}/`,
  };
  return renderLetter(writeBulkDeleteDone(done, catalog));
}

/** First and last name, as far as they are known. */
export function fullName(user: Pick<UserRow, 'first_name' | 'last_name'>): string {
  return `${user.first_name} ${user.last_name}`.trim();
}
