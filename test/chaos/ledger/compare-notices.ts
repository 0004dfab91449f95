import type { Differences } from '../differences.ts';
import { LAST_ACTIONS } from '../traffic/subscribe-witness.ts';
import { countMails, subjectOf, type Witness } from '../witness.ts';
import type { Final } from './read-final.ts';

/** How many e-mails were wanted, and how many came. */
export interface Mails {
  readonly wanted: number;
  readonly sent: number;
}

/**
 * Every end of a bulk delete by a query and of an undo was told to the receiver at least once, under one id; every event
 * at all came under one id; and of each end at most one e-mail came, where one was wanted.
 */
export function compareNotices(final: Final, witness: Witness, differences: Differences): Mails {
  for (const [subject, ids] of witness.heard)
    if (ids.size !== 1)
      differences.add('an event has one id, however often it comes', { subject, ids: [...ids] });
  const mails = new Map(countMails(witness));
  let wanted = 0;
  let sent = 0;
  for (const [id, row] of [...final.bulkDeletes, ...final.undos]) {
    const isTold = !('source' in row) || row.source === 'query' || row.source === 'retry';
    if (isTold) compareEnd(id, witness, differences);
    const isWanted = isTold && row.send_done_email;
    const n = mails.get(id) ?? 0;
    mails.delete(id);
    if (isWanted) wanted += 1;
    sent += n;
    if (n > (isWanted ? 1 : 0)) differences.add('a done e-mail is sent at most once', { id, n });
  }
  for (const [id, n] of mails) differences.add('an e-mail is about something that ended', { id, n });
  return { wanted, sent };
}

function compareEnd(id: string, { heard }: Witness, differences: Differences): void {
  const ids = LAST_ACTIONS.flatMap((action) => [
    ...(heard.get(subjectOf({ action, object_id: id }, id)) ?? []),
  ]);
  if (ids.length !== 1) differences.add('every end is told by webhook, as one event', { id, ids });
}
