import { durationMs } from '@winnow/config';
import type { TransactionBounds } from '@winnow/db';

/** Bounds of the engine. Times in milliseconds. */
export interface EngineSettings {
  /** Objects in one page. */
  readonly pageSize: number;
  /** Pages of one bulk delete worked on at once, over all workers. */
  readonly lanes: number;
  readonly sliceMs: number;
  readonly resolveTimeoutMs: number;
  /** For counting exactly in a dry run; estimates take up to as much again. */
  readonly previewTimeoutMs: number;
  /** Longest that a caller waits for a deletion by ids; after it workers go on in the background. 0: they do all of it. */
  readonly synchronousMs: number;
  /** First pause before a failed page is tried again. */
  readonly retryBaseMs: number;
  /** How long nothing may happen to a bulk delete before it counts as left alone. */
  readonly idleForMs: number;
  /** Least time between two `updated` events of one bulk delete. */
  readonly announceEveryMs: number;
  /** How long the archive of a bulk delete that is made now is kept after its end. */
  readonly archiveRetentionMs: number;
  readonly page: TransactionBounds;
}

/** The engine's settings out of the process's configuration. */
export function engineSettings(config: {
  readonly WINNOW_PAGE_SIZE: number;
  readonly WINNOW_LANES: number;
  readonly WINNOW_SLICE_MS: number;
  readonly WINNOW_RECONCILE_MS: number;
  readonly WINNOW_RESOLVE_TIMEOUT_MS: number;
  readonly WINNOW_PREVIEW_TIMEOUT_MS: number;
  readonly WINNOW_STATEMENT_TIMEOUT_MS: number;
  readonly WINNOW_LOCK_TIMEOUT_MS: number;
  readonly WINNOW_IDLE_TIMEOUT_MS: number;
  readonly WINNOW_RETRY_BASE_MS: number;
  readonly WINNOW_SYNCHRONOUS_MS: number;
  readonly WINNOW_ARCHIVE_RETENTION: string;
}): EngineSettings {
  return {
    pageSize: config.WINNOW_PAGE_SIZE,
    lanes: config.WINNOW_LANES,
    sliceMs: config.WINNOW_SLICE_MS,
    resolveTimeoutMs: config.WINNOW_RESOLVE_TIMEOUT_MS,
    previewTimeoutMs: config.WINNOW_PREVIEW_TIMEOUT_MS,
    synchronousMs: config.WINNOW_SYNCHRONOUS_MS,
    retryBaseMs: config.WINNOW_RETRY_BASE_MS,
    // Half a look: that nobody has a page in hand is asked of the locks; the time only spares work that waits its turn.
    idleForMs: config.WINNOW_RECONCILE_MS / 2,
    announceEveryMs: 1000,
    archiveRetentionMs: durationMs(config.WINNOW_ARCHIVE_RETENTION),
    page: {
      statementTimeoutMs: config.WINNOW_STATEMENT_TIMEOUT_MS,
      lockTimeoutMs: config.WINNOW_LOCK_TIMEOUT_MS,
      idleTimeoutMs: config.WINNOW_IDLE_TIMEOUT_MS,
    },
  };
}
