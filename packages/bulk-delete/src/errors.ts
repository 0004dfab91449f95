import type { PageRow } from '@winnow/db';

export type BulkDeleteErrorCode =
  | 'BULK_DELETE_NEEDS_QUERY'
  | 'BULK_DELETE_MATCHES_EVERYTHING'
  | 'BULK_DELETE_MATCH_ALL_CONTRADICTED'
  | 'BULK_DELETE_NOT_DELETABLE'
  | 'BULK_DELETE_OTHER_TYPE'
  | 'BULK_DELETE_TWO_QUERIES'
  | 'BULK_DELETE_TWO_SORTS'
  | 'BULK_DELETE_DRIFT_FROM_NOTHING'
  | 'BULK_DELETE_PREVIEW_TOKEN';

/** A request that is well formed and still not one that may delete. */
export class BulkDeleteError extends Error {
  readonly code: BulkDeleteErrorCode;
  /** The field of the request body, or a JSON path into it. */
  readonly path: string;

  constructor(code: BulkDeleteErrorCode, path: string, message: string) {
    super(message);
    this.name = 'BulkDeleteError';
    this.code = code;
    this.path = path;
  }
}

/** Work on a claimed page failed, with the reason as `cause`; its transaction is rolled back and the page is free. */
export class PageError extends Error {
  readonly page: PageRow;

  constructor(page: PageRow, cause: unknown) {
    super(`page ${page.page_no} failed`, { cause });
    this.name = 'PageError';
    this.page = page;
  }
}
