interface Cleanup {
  readonly what: string;
  readonly run: () => Promise<void>;
}

const cleanups = new Set<Cleanup>();

/**
 * Has something removed when the test file ends, whatever happened in it; the last first.
 * @param what for the message when that fails.
 * @returns to be called when it has been removed earlier.
 */
export function atFileEnd(what: string, run: () => Promise<void>): () => void {
  const cleanup = { what, run };
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

/** Runs every cleanup. @throws when one of them failed, after all have run: a leak fails its test file. */
export async function cleanUp(): Promise<void> {
  const failures: string[] = [];
  for (const cleanup of [...cleanups].reverse()) {
    cleanups.delete(cleanup);
    await cleanup.run().catch((error) => failures.push(`${cleanup.what}: ${String(error)}`));
  }
  if (failures.length > 0) throw new Error(`Left behind by this test file:\n${failures.join('\n')}`);
}
