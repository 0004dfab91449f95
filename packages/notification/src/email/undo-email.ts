import { BULK_UNDO_EVENT } from '@winnow/bulk-delete';
import type { Db, EventRow, Trx, UserRow } from '@winnow/db';
import type { NotificationDeps } from '../deps.ts';
import { fullName, LAST_ACTIONS } from './done-email.ts';
import { findCreator } from './find-creator.ts';
import type { RenderedLetter } from './letter.ts';
import { renderLetter } from './render-letter.ts';
import { writeUndoDone } from './undo-done.ts';

/** The one who is to get a done e-mail for this event of an undo, or undefined: other events, not wanted, no address. */
export async function findUndoEmailReader(db: Db | Trx, event: EventRow): Promise<UserRow | undefined> {
  const isEnd = event.object_type === BULK_UNDO_EVENT && LAST_ACTIONS.includes(event.action);
  return isEnd && event.data?.send_done_email === true ? findCreator(db, event) : undefined;
}

/** The done e-mail that tells this reader how the undo ended. */
export async function composeUndoEmail(
  { catalog, settings }: NotificationDeps,
  event: EventRow,
  reader: UserRow,
): Promise<RenderedLetter> {
  const undo = event.data ?? {};
  const base = `${settings.publicUrl}/api/v1/bulk_action/undo/${undo.id}/`;
  const done = { undo, reader: { name: fullName(reader), email: reader.email }, url: base };
  return renderLetter(writeUndoDone(done, catalog));
}
