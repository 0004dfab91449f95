/** Why a row was not taken. */
export interface Reject {
  /** Line of the file, from 1. */
  readonly line: number;
  /** The column that is to blame; null when it is the row as a whole. */
  readonly column: string | null;
  readonly reason: string;
}

/** Rejects as they come: all are counted and handed on, the first are kept for the report. */
export interface RejectList {
  readonly first: readonly Reject[];
  /** Rows, not reasons: a row may have several. */
  readonly rows: number;
  add(rejects: readonly Reject[]): void;
}

/** @param options.keep how many reasons are kept. @param options.onReject is told of each. */
export function createRejectList(options: {
  readonly keep: number;
  readonly onReject?: ((reject: Reject) => void) | undefined;
}): RejectList {
  const first: Reject[] = [];
  let rows = 0;
  return {
    first,
    get rows() {
      return rows;
    },
    add(rejects) {
      rows += new Set(rejects.map(({ line }) => line)).size;
      for (const reject of rejects) {
        options.onReject?.(reject);
        if (first.length < options.keep) first.push(reject);
      }
    },
  };
}

/** `line 17, column "close_value": "abc" is not a number`. */
export function describeReject({ line, column, reason }: Reject): string {
  return `line ${line}${column === null ? '' : `, column "${column}"`}: ${reason}`;
}
