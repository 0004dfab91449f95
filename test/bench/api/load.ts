import autocannon from 'autocannon';

/** What to send. */
export interface Requests {
  /** Base URL of the server. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Called for each request, and now and then once more: what it gave may not have been sent. */
  readonly next: () => { readonly path: string; readonly body?: string };
}

/** How much of it. */
export interface Amount {
  /** How many requests are under way at once: each connection sends the next one when it has its answer. */
  readonly connections: number;
  /** Ends by time or by the number of requests. */
  readonly until: { readonly seconds: number } | { readonly requests: number };
}

/** What a spell of load has shown. */
export interface Spell {
  /** Milliseconds from each request to its whole answer. */
  readonly times: readonly number[];
  readonly seconds: number;
}

/**
 * Puts load on a server, which is a process of its own: the generator shares its cores, not its event loop.
 * @throws when an answer is not 200: a server that refuses is fast.
 */
export async function runLoad(requests: Requests, { connections, until }: Amount): Promise<Spell> {
  const times: number[] = [];
  const refusals = new Map<number, number>();
  const started = performance.now();
  let ended = started;
  const { errors } = await new Promise<autocannon.Result>((resolve, reject) => {
    const run = autocannon(
      {
        url: requests.url,
        connections,
        ...('seconds' in until ? { duration: until.seconds } : { amount: until.requests }),
        requests: [
          {
            method: requests.method,
            headers: { ...requests.headers },
            setupRequest: (request) => ({ ...request, ...requests.next() }),
          },
        ],
      },
      (error, result) => (error ? reject(error) : resolve(result)),
    );
    run.on('response', (_client, status, _bytes, milliseconds) => {
      ended = performance.now();
      if (status === 200) times.push(milliseconds);
      else refusals.set(status, (refusals.get(status) ?? 0) + 1);
    });
  });
  if (refusals.size > 0 || errors > 0 || times.length === 0) {
    const found = [...refusals].map(([status, n]) => `${n} times ${status}`).join(', ') || 'no refusal';
    throw new Error(
      `${requests.method} ${requests.next().path}: ${times.length} answers, ${found}, ${errors} errors`,
    );
  }
  return { times, seconds: (ended - started) / 1000 };
}
