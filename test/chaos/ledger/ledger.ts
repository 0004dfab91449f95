import { createHash } from 'node:crypto';

/** Tables whose rows the run makes and accounts for. */
export const COUNTED_TABLES = [
  'lead',
  'contact',
  'contact_email',
  'address',
  'opportunity',
  'task',
  'activity',
] as const;
export type CountedTable = (typeof COUNTED_TABLES)[number];

/** A row as it was when it was made. */
export interface KnownRow {
  readonly table: CountedTable;
  readonly batch: Batch;
  /** Of the whole row. */
  readonly digest: string;
}

/** Leads with all that belongs to them, which one client makes and nobody else asks anything about. */
export interface Batch {
  /** One word, in the name of each of its leads and contacts. */
  readonly tag: string;
  readonly organizationId: string;
  /** UUIDs. */
  readonly ids: Readonly<Record<CountedTable, readonly string[]>>;
  /** Everything that was asked about it. */
  readonly asks: Ask[];
}

/** A bulk delete that a client asked for. */
export interface Ask {
  /** As `X-Request-Id` says it, in every repetition of the request. */
  readonly requestId: string;
  readonly how: 'query' | 'ids' | 'one' | 'retry';
  readonly table: CountedTable;
  readonly archive: boolean;
  readonly mail: boolean;
  /** How many objects it must find; null where that is not known. */
  readonly expected: number | null;
  /** Its id on the wire, when the client was told. */
  bulkDeleteId: string | null;
  /** As the client last saw it, ended. */
  seen: Readonly<Record<string, unknown>> | null;
  readonly undos: UndoAsk[];
}

/** An undo that a client asked for. */
export interface UndoAsk {
  readonly requestId: string;
  readonly mail: boolean;
  undoId: string | null;
  seen: Readonly<Record<string, unknown>> | null;
}

/** What must be true, kept by the clients and outside of Winnow. */
export interface Ledger {
  readonly rows: ReadonlyMap<string, KnownRow>;
  readonly batches: readonly Batch[];
  addBatch(batch: Batch, rows: Iterable<readonly [string, KnownRow]>): void;
}

/** An empty ledger. */
export function createLedger(): Ledger {
  const rows = new Map<string, KnownRow>();
  const batches: Batch[] = [];
  return {
    rows,
    batches,
    addBatch(batch, its) {
      batches.push(batch);
      for (const [id, row] of its) rows.set(id, row);
    },
  };
}

/** A short text that stands for a whole row as Postgres prints it. */
export function digestOf(text: string): string {
  return createHash('md5').update(text).digest('base64url');
}

/** Everything that was asked for, with what it was asked about. */
export function* asksOf(ledger: Ledger): Generator<{ readonly batch: Batch; readonly ask: Ask }> {
  for (const batch of ledger.batches) for (const ask of batch.asks) yield { batch, ask };
}
