import type { AttemptRecord, RecordPosition } from '@winnow/db';
import type { PageChunk, PageShipment } from './page-chunk.ts';
import type { Posted } from './turn.ts';

/** A POST that was made. */
export interface Tried {
  readonly shipment: PageShipment;
  readonly posted: Posted;
}

export const wasDelivered = ({ posted }: Tried): boolean => posted.outcome.kind === 'delivered';

const countEvents = (tried: readonly Tried[]): number =>
  tried.reduce((sum, { shipment }) => sum + shipment.nEvents, 0);

/** How far a chunk was got through. */
export interface Advance {
  readonly nSent: number;
  /** Records that are dealt with, those that nobody asked for included. */
  readonly nRecords: number;
  readonly failed: readonly Tried[];
  /** The last of those records; undefined when there were none. */
  readonly end: RecordPosition | undefined;
  /** Whether the delivery is through. */
  readonly isDone: boolean;
}

/** What the POSTs of a chunk come to. They are its beginning: once a turn is over nothing more is begun. */
export function advance(chunk: PageChunk, tried: readonly Tried[]): Advance {
  const isWhole = tried.length === chunk.shipments.length;
  const failed = tried.filter((each) => !wasDelivered(each));
  const nSent = countEvents(tried) - countEvents(failed);
  return {
    nSent,
    nRecords: isWhole
      ? countEvents(tried) + chunk.nLeftOut
      : tried.reduce((sum, { shipment }) => sum + shipment.piece.span, 0),
    failed,
    end: isWhole ? chunk.end : tried.at(-1)?.shipment.piece.until,
    isDone: isWhole && chunk.isLast,
  };
}

/** Everything that is sent of a page in one turn, which is one attempt in its log. */
export interface PageRun {
  add(tried: readonly Tried[]): void;
  /** Null when nothing was posted. */
  toAttempt(): AttemptRecord | null;
}

/** @param now the clock of the turn. */
export function beginRun(now: () => Date): PageRun {
  let startedAt: Date | undefined;
  let nSent = 0;
  let statusCode: number | null = null;
  let error: string | null = null;
  return {
    add(tried) {
      nSent += countEvents(tried.filter(wasDelivered));
      for (const { outcome, startedAt: at } of tried.map(({ posted }) => posted)) {
        startedAt ??= at;
        statusCode = outcome.statusCode;
        if (outcome.kind !== 'delivered') error = outcome.reason;
      }
    },
    toAttempt() {
      if (startedAt === undefined) return null;
      const tookMs = Math.max(0, now().getTime() - startedAt.getTime());
      return { dateStarted: startedAt, tookMs, statusCode, error, nSent };
    },
  };
}
