import { once } from 'node:events';
import { createConnection } from 'node:net';
import { Readable } from 'node:stream';
import fastify from 'fastify';
import { expect, it } from 'vitest';
import { registerAnswerTimeout } from './answer-timeout.ts';

it('ends the connection of a client that has stopped reading, and with it what is made for the client', async () => {
  const app = fastify();
  registerAnswerTimeout(app, 200);
  let stopped = () => {};
  const ended = new Promise<void>((resolve) => {
    stopped = resolve;
  });
  async function* endless() {
    try {
      for (;;) yield 'x'.repeat(65_536);
    } finally {
      stopped();
    }
  }
  app.get('/', async (_request, reply) => reply.send(Readable.from(endless())));
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  const client = createConnection(Number(port), '127.0.0.1');
  client.on('error', () => {});
  client.pause();
  client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await ended;
  const closed = once(client, 'close');
  client.resume();
  await closed;
  await app.close();
});

it('leaves a client alone that reads slowly, and one that asks again after a while', async () => {
  const app = fastify();
  registerAnswerTimeout(app, 300);
  async function* slow() {
    for (let n = 0; n < 10; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      yield `${n}`;
    }
  }
  app.get('/slow', async (_request, reply) => reply.send(Readable.from(slow())));
  // Longer than the bound: it is one of answers, not of the work for them.
  app.get('/late', async () => new Promise((resolve) => setTimeout(resolve, 600, 'late')));
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  expect(await (await fetch(`${url}/slow`)).text()).toBe('0123456789');
  expect(await (await fetch(`${url}/late`)).text()).toBe('late');
  await app.close();
});
