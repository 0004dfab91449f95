/** Things in the order they came, which others can wait for. */
export interface Arrivals<T> {
  readonly list: readonly T[];
  add(item: T): void;
  /**
   * The first item, come or still to come, that fits.
   * @throws when none has come within `timeoutMs`, or `end` was called.
   */
  waitFor(fits: (item: T) => boolean, timeoutMs: number): Promise<T>;
  /** Nothing comes any more: those who wait are told the reason. */
  end(reason: Error): void;
}

/** @param what the plural, for the error of one who waited in vain. */
export function createArrivals<T>(what: string): Arrivals<T> {
  const list: T[] = [];
  const waiting = new Set<{ offer(item: T): void; refuse(reason: Error): void }>();
  return {
    list,
    add(item) {
      list.push(item);
      for (const one of [...waiting]) one.offer(item);
    },
    waitFor(fits, timeoutMs) {
      const present = list.find(fits);
      if (present !== undefined) return Promise.resolve(present);
      return new Promise((resolve, reject) => {
        const refuse = (reason: Error) => {
          clearTimeout(timer);
          waiting.delete(one);
          reject(reason);
        };
        const one = {
          refuse,
          offer(item: T) {
            if (!fits(item)) return;
            clearTimeout(timer);
            waiting.delete(one);
            resolve(item);
          },
        };
        const timer = setTimeout(() => {
          refuse(
            new Error(`None of the ${list.length} ${what} that came within ${timeoutMs} ms was the one.`),
          );
        }, timeoutMs);
        waiting.add(one);
      });
    },
    end(reason) {
      for (const one of [...waiting]) one.refuse(reason);
    },
  };
}
