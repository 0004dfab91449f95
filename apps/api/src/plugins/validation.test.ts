import { Type } from '@sinclair/typebox';
import fastify, { type FastifyInstance } from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerErrorHandler } from './error-handler.ts';
import { registerValidation } from './validation.ts';

let app: FastifyInstance;
beforeAll(async () => {
  app = fastify();
  registerErrorHandler(app);
  registerValidation(app);
  await app.register(async (scope) => {
    // A scope with schemas of its own is where Fastify would go back to its own validator, which converts.
    scope.addSchema({ $id: 'Own', type: 'object' });
    scope.post('/body', { schema: { body: Body } }, async (request) => request.body);
    scope.get('/query', { schema: { querystring: Query } }, async (request) => request.query);
  });
});

const Body = Type.Object(
  {
    sure: Type.Optional(Type.Boolean()),
    most: Type.Optional(Type.Union([Type.Integer({ minimum: 0 }), Type.Null()])),
    names: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { maxItems: 2 })),
    inner: Type.Optional(Type.Object({ size: Type.Union([Type.Literal('small'), Type.Literal('large')]) })),
  },
  { additionalProperties: true },
);
const Query = Type.Object({ n: Type.Optional(Type.Integer({ minimum: 0, maximum: 10 })) });

const post = async (payload: unknown) => {
  const answer = await app.inject({
    method: 'POST',
    url: '/body',
    payload: JSON.stringify(payload),
    headers: { 'content-type': 'application/json' },
  });
  return { status: answer.statusCode, body: answer.json() };
};

describe('A body', () => {
  it.each([{}, { sure: false, most: null }, { most: 0, names: ['a'] }, { other: { kept: true } }])(
    'is taken as it is: %j',
    async (body) => {
      expect(await post(body)).toEqual({ status: 200, body });
    },
  );

  it.each([
    [{ sure: 'false' }, { sure: 'Must be true or false.' }],
    [{ sure: 0 }, { sure: 'Must be true or false.' }],
    [{ sure: null }, { sure: 'Must be true or false.' }],
    [{ most: '5' }, { most: 'Must be an integer of at least 0 or null.' }],
    [{ most: -1 }, { most: 'Must be an integer of at least 0 or null.' }],
    [{ most: true }, { most: 'Must be an integer of at least 0 or null.' }],
    [{ names: 'a' }, { names: 'Must be a list of at most 2 items.' }],
    [{ names: ['a', 'b', 'c'] }, { names: 'Must be a list of at most 2 items.' }],
    [{ names: ['a', ''] }, { 'names[1]': 'Must not be empty.' }],
    [{ names: [1] }, { 'names[0]': 'Must be a text of at least 1 characters.' }],
    [{ inner: {} }, { 'inner.size': 'This field is required.' }],
    [{ inner: { size: 'big' } }, { 'inner.size': 'Must be "small" or "large".' }],
    [
      { sure: 1, inner: 5 },
      { sure: 'Must be true or false.', inner: 'Must be an object.' },
    ],
  ])('is refused, nothing converted, every field named: %j', async (body, fieldErrors) => {
    expect(await post(body)).toEqual({ status: 400, body: { errors: [], 'field-errors': fieldErrors } });
  });

  it('is refused with twenty sentences at most', async () => {
    const { body } = await post({ names: Array.from({ length: 1000 }, () => 1) });
    expect(Object.keys(body['field-errors']).length).toBeLessThanOrEqual(20);
  });
});

describe('A query string', () => {
  it.each([
    ['', {}],
    ['n=0', { n: 0 }],
    ['n=10&other=5', { n: 10, other: '5' }],
  ])('has its integers converted: "%s"', async (query, read) => {
    expect((await app.inject(`/query?${query}`)).json()).toEqual(read);
  });

  it.each([
    'n=',
    'n=11',
    'n=-1',
    'n=1.5',
    'n=1e1',
    'n=0x1',
    'n=x',
    'n=1&n=2',
    'n=99999999999999999999',
    'n=%201',
  ])('is refused where they are none: "%s"', async (query) => {
    const answer = await app.inject(`/query?${query}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()['field-errors']).toEqual({ n: 'Must be an integer from 0 to 10.' });
  });
});
