import { createHash } from 'node:crypto';

/** Hex digits of a row's id that the ids of its events begin with: time and first random bits of a UUID, version 7. */
const ROW_DIGITS = 16;
/** Digits of the hash of the record: 60 bits, far more than the records of a page need to be told apart. */
const HASH_DIGITS = 15;
const ROW_VERSION = '7';
/** UUID version 8 is for such ids as these (RFC 9562, 5.8); the variant's digit is 8. */
const EVENT_VERSION = '8';
const VARIANT = '8';

/**
 * The id of the event that one record of a page was deleted, or came back: the same whenever it is worked out, so that
 * receivers know a repetition and the log finds the event again, although no row is kept for it. Another deletion of the
 * same record, after it was restored, has another id, and so has its return.
 * @param rowId UUID of the page's row.
 * @param recordHash of the record, by `hashOfRecord`.
 */
export function recordEventId(rowId: string, recordHash: string): string {
  const digits = rowId.replaceAll('-', '').slice(0, ROW_DIGITS);
  return withDashes(`${digits.slice(0, 12)}${EVENT_VERSION}${digits.slice(13)}${VARIANT}${recordHash}`);
}

/** What tells a record of a page from the others: the name of its table and its id, hashed. */
export function hashOfRecord(table: string, id: string): string {
  return createHash('sha256').update(`${table}:${id}`).digest('hex').slice(0, HASH_DIGITS);
}

/** Where the event of this id is found. Undefined when the id is that of a row of its own. */
export interface RecordEventKey {
  /** The ids of rows that its page may have: from the first to the last, both included. */
  readonly firstRowId: string;
  readonly lastRowId: string;
  readonly recordHash: string;
}

/** The same backwards: undefined when the id was not made by `recordEventId`. */
export function readRecordEventId(eventId: string): RecordEventKey | undefined {
  const digits = eventId.replaceAll('-', '');
  if (digits[12] !== EVENT_VERSION || digits[ROW_DIGITS] !== VARIANT) return undefined;
  const row = `${digits.slice(0, 12)}${ROW_VERSION}${digits.slice(13, ROW_DIGITS)}`;
  return {
    firstRowId: withDashes(row.padEnd(32, '0')),
    lastRowId: withDashes(row.padEnd(32, 'f')),
    recordHash: digits.slice(ROW_DIGITS + 1),
  };
}

function withDashes(digits: string): string {
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
