/** What has been started, to be ended in the reverse order, once. */
export interface StopList {
  add(stop: () => Promise<void>): void;
  /** Ends everything, the latest first; an error of one does not keep the others running. Later calls wait for the first. */
  run(): Promise<void>;
}

/** @returns an empty list. `run` rejects with the first error, after everything has been tried. */
export function createStopList(): StopList {
  const stops: (() => Promise<void>)[] = [];
  let running: Promise<void> | undefined;
  const runAll = async (): Promise<void> => {
    const errors: unknown[] = [];
    for (let stop = stops.pop(); stop; stop = stops.pop()) {
      await stop().catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  };
  return {
    add: (stop) => void stops.push(stop),
    run: () => (running ??= runAll()),
  };
}
