/** `npm start` passes a Ctrl-C on that the terminal has also sent to us: one press comes twice, a moment apart. */
const SAME_PRESS_MS = 500;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Requests from outside to end. */
export interface StopSignals {
  /** Fires with the first request. */
  readonly signal: AbortSignal;
  close(): void;
}

/** @param onSecond is called when somebody asks again: whoever waits does not want to any more. */
export function listenForStop(onSecond: () => void): StopSignals {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const onSignal = (): void => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      controller.abort(new Error('stopped on request'));
    } else if (performance.now() - firstAt > SAME_PRESS_MS) onSecond();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    close() {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
