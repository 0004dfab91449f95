import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { atFileEnd } from './file-end.ts';

/** A receiver that keeps of very many webhooks only what they were about. */
export interface CountingReceiver {
  readonly url: string;
  /** Ids of the events that each object had, by the object's id. */
  readonly eventIds: ReadonlyMap<string, string>;
  /** Events that came again under the id that they had before. */
  repetitions(): number;
  /** Events of an object that had another id before: must be none. */
  strangers(): number;
  posts(): number;
  /** Whether a POST waits for its answer because of `stopAfter`. */
  isStuck(): boolean;
  /** Answers again. */
  goOn(): void;
}

/**
 * Starts one on loopback; closed at the end of the test file.
 * @param options.stopAfter no POST after so many is answered, or counted, until `goOn`.
 */
export async function startCountingReceiver(
  options: { readonly stopAfter?: number } = {},
): Promise<CountingReceiver> {
  let stopAfter = options.stopAfter ?? Number.POSITIVE_INFINITY;
  let isStuck = false;
  const eventIds = new Map<string, string>();
  let posts = 0;
  let repetitions = 0;
  let strangers = 0;
  const note = ({ id, object_id: objectId }: { readonly id: string; readonly object_id: string }): void => {
    const known = eventIds.get(objectId);
    if (known === undefined) eventIds.set(objectId, id);
    else if (known === id) repetitions += 1;
    else strangers += 1;
  };
  const server = createServer((request, response) => {
    buffer(request).then(
      (body) => {
        if (posts >= stopAfter) {
          isStuck = true;
          return;
        }
        const { event, events } = JSON.parse(String(body));
        posts += 1;
        for (const each of event ? [event] : events) note(each);
        response.end();
      },
      () => response.destroy(),
    );
  });
  await listen(server);
  atFileEnd('counting receiver', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    eventIds,
    posts: () => posts,
    repetitions: () => repetitions,
    strangers: () => strangers,
    isStuck: () => isStuck,
    goOn() {
      stopAfter = Number.POSITIVE_INFINITY;
    },
  };
}

const listen = (server: Server): Promise<void> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
