import { type EmbeddedPostgres, startPostgres } from '@winnow/embedded';

/**
 * The default, 1/32 of the shared buffers, is full many times a second under a bulk load or a bulk delete: a sixth of the
 * time went into waiting for the write-ahead log to make room.
 */
const SETTINGS = { wal_buffers: '64MB' };

/** The embedded PostgreSQL of a data folder, as every command starts it. See `startPostgres`. */
export function startEmbeddedDatabase(dataDir: string): Promise<EmbeddedPostgres> {
  return startPostgres({ dataDir, settings: SETTINGS });
}
