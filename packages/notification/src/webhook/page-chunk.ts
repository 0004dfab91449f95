import type { Catalog } from '@winnow/catalog';
import type { DeliveryPiece, DeliveryRow, JsonObject, RecordPosition } from '@winnow/db';
import { eventfulTypes, type RecordEvent, type RecordPageRow, walkRecordEvents } from '@winnow/event-log';
import pLimit from 'p-limit';
import { type Shipment, shipBatch, shipEvent } from './shipment.ts';
import type { Turn } from './turn.ts';

/** Records that are made events of without a pause: some milliseconds. */
const PORTION = 100;
/** For all turns of this process. */
const fewAtATime = pLimit(4);

/** A POST of a page, with where its records lie. */
export interface PageShipment extends Shipment {
  readonly piece: DeliveryPiece;
}

/** The next records of a page, as they are to be sent. */
export interface PageChunk {
  readonly shipments: readonly PageShipment[];
  /** The last record that was read; undefined when there was none. */
  readonly end: RecordPosition | undefined;
  /** Records that the subscription's filters let nothing through of. */
  readonly nLeftOut: number;
  /** Whether the delivery ends with it. */
  readonly isLast: boolean;
}

/** Records to read at once: a whole number of batches, so that no batch is smaller than it could be for it. */
function chunkSize({ deps, subscription: { batch } }: Turn): number {
  const { chunk } = deps.settings.turn;
  return batch === null ? chunk : Math.max(1, Math.floor(chunk / batch)) * batch;
}

/**
 * Reads the records of a page that come after `after`, and makes POSTs of those that the subscription asks for.
 * @param piece the part of the page that is wanted, which is read whole; null for all of it.
 */
export async function readChunk(
  turn: Turn,
  page: RecordPageRow,
  { after, piece }: { readonly after: RecordPosition | null; readonly piece: DeliveryRow['piece'] },
): Promise<PageChunk> {
  const { catalog } = turn.deps;
  const limit = piece === null ? chunkSize(turn) : Number.MAX_SAFE_INTEGER;
  const isPast = (position: RecordPosition): boolean =>
    piece !== null && compare(catalog, position, piece.until) > 0;
  const isOne = piece !== null && piece.event_id !== null;
  const objectTypes = isOne ? [piece.until.objectType] : turn.wishes.recordTypes(page.action);
  const found = await readRecords(turn, page, { objectTypes, after, limit, isPast });
  // What the subscription asks for may have changed since the piece was torn off: more may lie in between now.
  const records = found.filter(({ position }) =>
    isOne ? compare(catalog, position, piece.until) === 0 : !isPast(position),
  );
  const wanted = records.flatMap(({ event, position }, index) => {
    const shown = turn.wishes.match(event);
    return shown === undefined ? [] : [{ shown, position, index }];
  });
  const groups = slice(wanted, turn.subscription.batch ?? 1);
  let from = -1;
  const shipments = groups.map((group): PageShipment => {
    const [first, ...rest] = group;
    const last = rest.at(-1) ?? first;
    const begin = from;
    from = last.index;
    const events: [JsonObject, ...JsonObject[]] = [first.shown, ...rest.map(({ shown }) => shown)];
    const { batch } = turn.subscription;
    const shipment =
      batch === null ? shipEvent(turn.subscriptionId, first.shown) : shipBatch(turn.subscriptionId, events);
    return {
      ...shipment,
      piece: {
        after: records[begin]?.position ?? after,
        until: last.position,
        span: last.index - begin,
        event_id: events.length === 1 ? String(first.shown.id) : null,
      },
    };
  });
  return {
    shipments,
    end: records.at(-1)?.position,
    nLeftOut: records.length - wanted.length,
    isLast: piece !== null || found.length < limit,
  };
}

/**
 * Reads records in portions. To make events of them is work of this thread, on which the pages of bulk deletes wait too,
 * with locks in hand: between two portions they get their turn, however large the chunk and however many read.
 */
async function readRecords(
  { deps }: Turn,
  page: RecordPageRow,
  {
    objectTypes,
    after,
    limit,
    isPast,
  }: {
    readonly objectTypes: readonly string[];
    readonly after: RecordPosition | null;
    readonly limit: number;
    readonly isPast: (position: RecordPosition) => boolean;
  },
): Promise<readonly RecordEvent[]> {
  const { db, catalog, settings } = deps;
  const found: RecordEvent[] = [];
  while (found.length < limit) {
    const ask = {
      objectTypes,
      after: found.at(-1)?.position ?? after,
      limit: Math.min(PORTION, limit - found.length),
    };
    const portion = await fewAtATime(() =>
      walkRecordEvents({ db, catalog, publicUrl: settings.publicUrl }, page, ask),
    );
    found.push(...portion);
    const last = portion.at(-1);
    if (portion.length < ask.limit || (last && isPast(last.position))) break;
  }
  return found;
}

/** The order of records in a page: by object type as in the catalog, then by id as Postgres orders UUIDs. */
function compare(catalog: Catalog, one: RecordPosition, other: RecordPosition): number {
  if (one.objectType === other.objectType) return one.id < other.id ? -1 : Number(one.id > other.id);
  const order = eventfulTypes(catalog).map(({ name }) => name);
  return order.indexOf(one.objectType) - order.indexOf(other.objectType);
}

function slice<T>(items: readonly T[], size: number): readonly [T, ...T[]][] {
  const slices: [T, ...T[]][] = [];
  for (let start = 0; start < items.length; start += size) {
    const [first, ...rest] = items.slice(start, start + size);
    if (first !== undefined) slices.push([first, ...rest]);
  }
  return slices;
}
