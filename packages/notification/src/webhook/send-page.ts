import { newId } from '@winnow/catalog';
import type { DeliveryRow, NewPiece } from '@winnow/db';
import type { RecordPageRow } from '@winnow/event-log';
import { type PageChunk, readChunk } from './page-chunk.ts';
import { advance, beginRun, type PageRun, type Tried, wasDelivered } from './page-run.ts';
import { pauseAfter, toAttempt } from './send-event.ts';
import type { Turn } from './turn.ts';

/** A delivery as it stands while it is worked on. */
type Standing = Pick<DeliveryRow, 'id' | 'n_sent' | 'n_events' | 'failures'>;

/**
 * Sends the events of a page, or of a piece of one, from where it stands: chunk by chunk, so that a page of any size
 * takes no more memory than a chunk, and writes down after each where it stands now. What fails does not hold up the
 * rest: it becomes a delivery of its own, with its own pauses.
 */
export async function sendPage(turn: Turn, delivery: DeliveryRow, page: RecordPageRow): Promise<void> {
  const run = beginRun(turn.now);
  let standing: Standing = delivery;
  let after = delivery.position ?? delivery.piece?.after ?? null;
  while (!turn.isOver()) {
    const chunk = await readChunk(turn, page, { after, piece: delivery.piece });
    const tried = await postAll(turn, chunk);
    run.add(tried);
    const last = findLastThatFailed(chunk, tried);
    if (last) {
      await postpone(turn, standing, last, run);
      return;
    }
    const { nSent, nRecords, failed, end, isDone } = advance(chunk, tried);
    const waiting = standing.n_events - standing.n_sent;
    // The page may have other numbers of records than were counted for it: when the subscription's wishes have changed
    // since, or records have left the archive. At the end what was sent is all that there was.
    const nLess = isDone ? waiting - nSent : Math.min(nRecords, waiting) - nSent;
    const isRunOver = isDone || turn.isOver();
    const isOurs = await turn.save(standing, {
      outcome: isDone ? 'delivered' : 'goes on',
      nSent,
      nLess,
      ...(end === undefined ? {} : { position: end }),
      attempt: isRunOver ? run.toAttempt() : null,
      pieces: failed.map((each) => tear(turn, each)),
    });
    if (!isOurs || isRunOver) return;
    standing = { ...standing, n_sent: standing.n_sent + nSent, n_events: standing.n_events - nLess };
    after = end ?? after;
  }
  const attempt = run.toAttempt();
  if (attempt !== null) await turn.save(standing, { attempt });
}

async function postAll(turn: Turn, { shipments }: PageChunk): Promise<readonly Tried[]> {
  const all = await Promise.all(
    shipments.map(async (shipment) => ({ shipment, posted: await turn.post(shipment) })),
  );
  return all.flatMap(({ shipment, posted }) => (posted === undefined ? [] : [{ shipment, posted }]));
}

/** The one POST that was left of a delivery, if it failed: it waits under the delivery's own id. */
function findLastThatFailed({ isLast, shipments }: PageChunk, tried: readonly Tried[]): Tried | undefined {
  const [only] = tried;
  return isLast && shipments.length === 1 && only && !wasDelivered(only) ? only : undefined;
}

async function postpone(turn: Turn, delivery: Standing, { posted }: Tried, run: PageRun): Promise<void> {
  await turn.save(delivery, {
    outcome: posted.outcome.kind === 'failed' ? 'failed' : 'retry',
    delayMs: pauseAfter(turn, delivery.failures),
    attempt: run.toAttempt(),
  });
}

/** A POST that failed, as a delivery of its own. */
function tear(turn: Turn, { shipment, posted }: Tried): NewPiece {
  return {
    id: newId(),
    piece: shipment.piece,
    nEvents: shipment.nEvents,
    delayMs: pauseAfter(turn, 0),
    attempt: toAttempt(posted, 0),
  };
}
