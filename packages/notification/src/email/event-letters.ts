import type { Db, EventRow, Trx, UserRow } from '@winnow/db';
import type { NotificationDeps } from '../deps.ts';
import { composeDoneEmail, findDoneEmailReader } from './done-email.ts';
import type { RenderedLetter } from './letter.ts';
import { composeSubscriptionEmail, findSubscriptionReader } from './subscription-email.ts';
import { composeUndoEmail, findUndoEmailReader } from './undo-email.ts';

/** An e-mail that an event causes: who gets it, and what it says. */
interface EventLetter {
  /** Undefined: this event causes no such e-mail, or nobody can be written to. */
  readonly findReader: (db: Db | Trx, event: EventRow) => Promise<UserRow | undefined>;
  readonly compose: (deps: NotificationDeps, event: EventRow, reader: UserRow) => Promise<RenderedLetter>;
}

/** No event causes two of them. */
const LETTERS: readonly EventLetter[] = [
  { findReader: findDoneEmailReader, compose: composeDoneEmail },
  { findReader: findUndoEmailReader, compose: composeUndoEmail },
  { findReader: findSubscriptionReader, compose: composeSubscriptionEmail },
];

/** The one who is to get an e-mail for this event, or undefined. */
export async function findLetterReader(db: Db | Trx, event: EventRow): Promise<UserRow | undefined> {
  for (const { findReader } of LETTERS) {
    const reader = await findReader(db, event);
    if (reader) return reader;
  }
  return undefined;
}

/** The e-mail for this event with its reader, or undefined when there is none (any more). */
export async function composeLetter(
  deps: NotificationDeps,
  event: EventRow,
): Promise<{ readonly reader: UserRow; readonly letter: RenderedLetter } | undefined> {
  for (const { findReader, compose } of LETTERS) {
    const reader = await findReader(deps.db, event);
    if (reader) return { reader, letter: await compose(deps, event, reader) };
  }
  return undefined;
}
