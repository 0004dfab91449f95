import { setTimeout as pause } from 'node:timers/promises';
import { Type } from '@sinclair/typebox';
import { type Db, pingDatabase } from '@winnow/db';
import type { QueueHealth } from '@winnow/queue';
import type { FastifyInstance } from 'fastify';

/** A probe must get its answer while a load balancer still waits for it. */
export const PROBE_TIMEOUT_MS = 2000;

const LiveSchema = Type.Object({ status: Type.Literal('ok') });
const State = Type.Union([Type.Literal('ok'), Type.Literal('unavailable')]);
const DatabaseState = Type.Union(
  [Type.Literal('ok'), Type.Literal('read_only'), Type.Literal('unavailable')],
  {
    description: 'read_only: what only reads is served, the rest is answered 503.',
  },
);
const ReadySchema = Type.Object({
  status: State,
  database: DatabaseState,
  queue: Type.Union([Type.Literal('ok'), Type.Literal('unavailable')], {
    description: 'Reported only: while the queue is away, bulk deletes are taken and wait.',
  }),
});

/** `/health/live`: the process answers. `/health/ready`: it can serve, that is, Postgres answers and it is not closing. */
export function registerHealth(
  app: FastifyInstance,
  deps: { readonly db: Db; readonly queueHealth: QueueHealth; readonly isClosing: () => boolean },
): void {
  app.get(
    '/health/live',
    {
      schema: {
        tags: ['Health'],
        summary: 'Whether the process answers',
        security: [],
        response: { 200: LiveSchema },
      },
    },
    async () => ({ status: 'ok' }),
  );
  app.get(
    '/health/ready',
    {
      schema: {
        tags: ['Health'],
        summary: 'Whether requests can be served',
        security: [],
        response: { 200: ReadySchema, 503: ReadySchema },
      },
    },
    async (_request, reply) => {
      const [database, queue] = await Promise.all([
        answersInTime(pingDatabase(deps.db, PROBE_TIMEOUT_MS)),
        answersInTime(deps.queueHealth.checkHealth()),
      ]);
      const ready = database !== false && !deps.isClosing();
      return reply
        .status(ready ? 200 : 503)
        .send({ status: word(ready), database: database || 'unavailable', queue: word(queue) });
    },
  );
}

function word(works: boolean): 'ok' | 'unavailable' {
  return works ? 'ok' : 'unavailable';
}

async function answersInTime<T>(probe: Promise<T>): Promise<T | false> {
  const timeout = new AbortController();
  const late = pause(PROBE_TIMEOUT_MS, false as const, { signal: timeout.signal }).catch(
    () => false as const,
  );
  try {
    return await Promise.race([probe.catch(() => false as const), late]);
  } finally {
    timeout.abort();
  }
}
