import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createApiClient } from './api-client.ts';
import { ApiFailure, sentencesOf } from './api-failure.ts';

describe('sentencesOf', () => {
  it('reads both shapes of a refusal, and leaves out nothing of one with several sentences', () => {
    expect(sentencesOf({ error: 'There is no lead with this id.' })).toBe('There is no lead with this id.');
    expect(
      sentencesOf({
        errors: ['Give a query.'],
        'field-errors': { status: 'Must be a text.', 'contacts[0].name': 'Must be a text.' },
      }),
    ).toBe('Give a query. status: Must be a text. contacts[0].name: Must be a text.');
    expect(sentencesOf({ errors: [], 'field-errors': {} })).toBe('{"errors":[],"field-errors":{}}');
  });
});

describe('a request', () => {
  it('to a server that is silent fails with its URL and how long it waited', async () => {
    const silent = createServer((socket) => socket.on('error', () => {}));
    const port = await new Promise<number>((resolve) => {
      silent.listen(0, '127.0.0.1', () => {
        const address = silent.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
    const url = `http://127.0.0.1:${port}`;
    const failure = await createApiClient(url, 'k', 50)
      .get('me/')
      .catch((error: unknown) => error);
    silent.close();
    expect(failure).toBeInstanceOf(ApiFailure);
    expect(failure).toMatchObject({
      message: expect.stringContaining(`${url} does not answer: no answer within 0.05 s. Check that`),
      circumstances: { isPassing: true },
    });
  });
});
