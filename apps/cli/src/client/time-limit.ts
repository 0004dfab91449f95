/** What a request may wait for. */
export interface TimeLimit {
  /** Fires when the time is up, or when whoever asked does not want to know any more. */
  readonly signal: AbortSignal;
  close(): void;
}

/**
 * A limit for one request. Not `AbortSignal.any`: what that leaves behind on a signal that lives for hours, as that of a
 * command that watches, is not given back on every Node we run on.
 */
export function limitTime(ms: number, stop?: AbortSignal): TimeLimit {
  const controller = new AbortController();
  const onStop = (): void => controller.abort(stop?.reason);
  const timer = setTimeout(() => controller.abort(new Error(`no answer within ${ms / 1000} s`)), ms);
  stop?.addEventListener('abort', onStop, { once: true });
  if (stop?.aborted) onStop();
  return {
    signal: controller.signal,
    close() {
      clearTimeout(timer);
      stop?.removeEventListener('abort', onStop);
    },
  };
}
