import { setTimeout as pause } from 'node:timers/promises';
import type { TestRedis } from '../../support/redis.ts';
import type { TcpProxy } from '../../support/tcp-proxy.ts';
import type { Stack } from '../stack.ts';
import { between, type Fault } from './fault.ts';

function redisOf({ redis }: Stack): { readonly server: TestRedis; readonly network: TcpProxy } {
  if (redis === null) throw new Error('this queue lives in Postgres');
  return redis;
}

/** What can happen to Redis. It writes every change to its file, so that a restart by itself loses nothing. */
export const REDIS_FAULTS: readonly Fault[] = [
  {
    name: 'Redis killed, restarted with its data',
    victim: 'redis',
    weight: 3,
    async inject(stack, random) {
      const { server } = redisOf(stack);
      await server.kill();
      await pause(between(random, 0, 2000));
      await server.restart();
    },
  },
  {
    name: 'Redis killed, restarted empty',
    victim: 'redis',
    weight: 3,
    async inject(stack, random) {
      const { server } = redisOf(stack);
      await server.send('FLUSHALL');
      await server.kill();
      await pause(between(random, 0, 2000));
      await server.restart();
    },
  },
  {
    name: 'Redis FLUSHALL',
    victim: 'redis',
    weight: 4,
    async inject(stack) {
      await redisOf(stack).server.send('FLUSHALL');
    },
  },
  {
    name: 'Redis frozen (SIGSTOP, SIGCONT)',
    victim: 'redis',
    weight: 3,
    async inject(stack, random) {
      const { pid } = redisOf(stack).server;
      process.kill(pid, 'SIGSTOP');
      await pause(between(random, 500, 4000));
      process.kill(pid, 'SIGCONT');
    },
  },
  {
    name: 'Redis out of reach (connections refused)',
    victim: 'redis',
    weight: 2,
    async inject(stack, random) {
      const { network } = redisOf(stack);
      await network.refuse();
      await pause(between(random, 500, 3000));
      await network.restore();
    },
  },
  {
    name: 'connections to Redis dead without a word',
    victim: 'redis',
    weight: 2,
    async inject(stack) {
      redisOf(stack).network.abandonConnections();
    },
  },
];
