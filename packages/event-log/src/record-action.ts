import type { DELETED_PAGE, RESTORED_PAGE } from '@winnow/bulk-delete';
import type { EventRow } from '@winnow/db';

/** What happened to the records of a page. */
export type RecordAction = typeof DELETED_PAGE.action | typeof RESTORED_PAGE.action;

/** The row of a page, with what only such a row has. */
export type RecordPageRow = EventRow & {
  readonly action: RecordAction;
  readonly page_no: number;
  /** By object type, how many records went or came back. */
  readonly deleted_counts: Readonly<Record<string, number>>;
};
