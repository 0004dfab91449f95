import { type EngineDeps, type EngineSettings, runSlice } from '@winnow/bulk-delete';
import { type Catalog, CRM_CATALOG } from '@winnow/catalog';
import { type BulkDeleteRow, type Db, findBulkDeleteForWork } from '@winnow/db';
import { createLogger } from '@winnow/logger';
import type { Doorbell, QueueName } from '@winnow/queue';
import { waitFor } from './wait-for.ts';

/** Rings are written down: in these tests nobody but the test itself works. */
export interface RecordingDoorbell extends Doorbell {
  readonly rings: readonly { readonly queue: QueueName; readonly id: string }[];
}

export function createRecordingDoorbell(): RecordingDoorbell {
  const rings: { queue: QueueName; id: string }[] = [];
  return {
    rings,
    async ring(queue, id) {
      rings.push({ queue, id });
      return true;
    },
    async close() {},
  };
}

const SETTINGS: EngineSettings = {
  pageSize: 10,
  lanes: 2,
  sliceMs: 1000,
  resolveTimeoutMs: 60_000,
  previewTimeoutMs: 30_000,
  synchronousMs: 60_000,
  retryBaseMs: 5,
  idleForMs: 0,
  announceEveryMs: 1000,
  archiveRetentionMs: 30 * 86_400_000,
  page: { statementTimeoutMs: 60_000, lockTimeoutMs: 60_000, idleTimeoutMs: 60_000 },
};

/** The engine on a test's database, with small pages so that a handful of rows makes several. */
export function createEngine(
  db: Db,
  overrides: Partial<EngineSettings> = {},
  catalog: Catalog = CRM_CATALOG,
): EngineDeps & { readonly doorbell: RecordingDoorbell } {
  return {
    db,
    catalog,
    logger: createLogger({ name: 'test', level: 'silent' }),
    doorbell: createRecordingDoorbell(),
    settings: { ...SETTINGS, ...overrides },
  };
}

/** Gives a bulk delete slice after slice until nothing is left to do for this worker. @returns the row then. */
export async function workToEnd(deps: EngineDeps, id: string): Promise<BulkDeleteRow> {
  await waitFor(
    async () => {
      const { kind } = await runSlice(deps, id, new AbortController().signal);
      return kind === 'finished' || kind === 'nothing';
    },
    { what: `bulk delete ${id} to end` },
  );
  const row = await findBulkDeleteForWork(deps.db, id);
  if (!row) throw new Error(`bulk delete ${id} is gone`);
  return row;
}
