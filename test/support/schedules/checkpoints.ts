/** A place in the work of an engine at which it can be held, or its process or connection ended. */
export interface Checkpoint {
  readonly name: string;
  /** Statements that must have been sent before; then the one meant. As they travel to Postgres. */
  readonly statements: readonly RegExp[];
  /** Whether the last of them has reached the server. Its answer has not come back. */
  readonly when: 'sent' | 'answered';
}

/** Of a bulk delete or an undo. */
export const CLAIM = /"bulk_(delete|undo)_page" as "page"/;
const PAGES = /insert into bulk_delete_page/;
const LOCK = /locked as \(/;
const DELETION = /"gone_|put_back as \(/;
/** Of a bulk delete or an undo: the page that failed is locked, if it still is as it was. */
const PUT_RIGHT = /cardinality\(object_ids\) = \$\d+ for update|piece_size is not distinct from/;
const COMMIT = /commit\0/;

export const CHECKPOINTS: readonly Checkpoint[] = [
  { name: 'before the set is committed', statements: [PAGES, COMMIT], when: 'sent' },
  { name: 'after the set is committed', statements: [PAGES, COMMIT], when: 'answered' },
  { name: 'before a page is claimed', statements: [CLAIM], when: 'sent' },
  { name: 'after a page is claimed', statements: [CLAIM], when: 'answered' },
  { name: 'after the rows are locked', statements: [LOCK], when: 'answered' },
  { name: 'after the first deletion', statements: [DELETION], when: 'answered' },
  { name: 'before the page is committed', statements: [CLAIM, COMMIT], when: 'sent' },
  {
    name: 'after the page is committed, before that is acknowledged',
    statements: [CLAIM, COMMIT],
    when: 'answered',
  },
  { name: 'before a failed page is put right', statements: [PUT_RIGHT], when: 'sent' },
  { name: 'before what was put right is committed', statements: [PUT_RIGHT, COMMIT], when: 'sent' },
];
