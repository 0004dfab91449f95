import { Type } from '@sinclair/typebox';
import { claimIdempotencyKey, type Db, type KeptAnswer } from '@winnow/db';
import type { FastifyInstance, FastifyReply, RouteOptions } from 'fastify';
import { callerOf } from '../caller.ts';
import { fingerprintOf } from '../idempotency/fingerprint.ts';
import { BODY_KEY, type GivenKey, HEADER, takeKey } from '../idempotency/key.ts';
import { type IdempotentWork, LEASE_MS, startWork } from '../idempotency/work.ts';
import { Refusal } from '../refusal.ts';
import { refTo } from '../wire/schemas.ts';
import { isSibling } from './method-override.ts';

/** How long a key stands for its request. */
const KEEP_MS = 24 * 60 * 60 * 1000;

/** Headers of an answer that belong to it; the others belong to the request that asked. */
const KEPT_HEADERS = ['content-type', 'location', 'retry-after'];
const OWN_HEADERS = 'x-winnow-';

declare module 'fastify' {
  interface FastifyRequest {
    /** null for a request without a key. */
    idempotency: IdempotentWork | null;
    /** See `resourceIdOf`. */
    resourceId: string | null;
  }
}

const KeyHeader = Type.Optional(
  Type.String({
    description:
      'A text of 1 to 255 printable characters, quoted or bare, that stands for this request for 24 hours: sent again ' +
      `with it, the request is answered as the first time and nothing is made twice. "${BODY_KEY}" in the body is the same.`,
    examples: ['8e03978e-40d5-43dd-bc93-6894a57f9324'],
  }),
);

/** To be called once for the app, before the routes. */
export function decorateIdempotency(app: FastifyInstance): void {
  app.decorateRequest('idempotency', null);
  app.decorateRequest('resourceId', null);
}

/**
 * Makes each POST of this scope safe to be sent again: with the same `Idempotency-Key` it is answered as the first time.
 * The scope must be behind authentication, since keys belong to API keys. A POST that stands for another method is that
 * method, which can be sent again anyway.
 */
export function registerIdempotency(app: FastifyInstance, { db }: { readonly db: Db }): void {
  app.addHook('onRoute', (route) => {
    if ([route.method].flat().includes('POST') && !isSibling(route)) describe(route);
  });

  // Before the body is checked: the key in a body is no field of it, and a kept answer needs no check.
  app.addHook('preValidation', async (request, reply) => {
    if (request.method !== 'POST' || isSibling(request.routeOptions)) return;
    const { given, body } = takeKey(request.headers[HEADER], request.body);
    request.body = body;
    if (given === undefined) return;
    const ref = { apiKeyId: callerOf(request).apiKeyId, key: given.key };
    const fingerprint = fingerprintOf({
      method: request.method,
      url: request.url,
      tzOffset: request.headers['x-tz-offset']?.toString(),
      body,
    });
    const claim = await claimIdempotencyKey(db, { ...ref, fingerprint, leaseMs: LEASE_MS, keepMs: KEEP_MS });
    switch (claim.kind) {
      case 'begun':
        request.resourceId = claim.resourceId;
        request.idempotency = startWork(
          { db, log: request.log },
          { ...ref, leaseNo: claim.leaseNo },
          claim.isRepeated,
        );
        return;
      case 'answered':
        return answerWith(reply, claim.answer).header('idempotency-replayed', 'true').send(claim.answer.body);
      case 'running':
        throw stillRunning(given);
      case 'other':
        throw new Refusal(422, {
          error: 'This Idempotency-Key was used for another request. Take a new one for each request.',
        });
    }
  });

  // Kept before it is sent: whoever has an answer gets the same again.
  app.addHook('onSend', async (request, reply, payload) => {
    const other = await request.idempotency?.settle({
      status: reply.statusCode,
      headers: headersToKeep(reply),
      body: payload,
    });
    if (other === undefined) return payload;
    answerWith(reply, other);
    return other.body;
  });

  app.addHook('onResponse', async (request) => request.idempotency?.stop());
}

function answerWith(reply: FastifyReply, { status, headers }: KeptAnswer): FastifyReply {
  return reply.code(status).headers(headers);
}

function headersToKeep(reply: FastifyReply): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
      value !== undefined && (KEPT_HEADERS.includes(name) || name.startsWith(OWN_HEADERS))
        ? [[name, String(value)]]
        : [],
    ),
  );
}

/** A client that sends its key in the body is one that repeats a 503 by itself, and takes a 409 for the end. */
function stillRunning({ from }: GivenKey): Refusal {
  return new Refusal(
    from === 'header' ? 409 : 503,
    { error: 'A request with this Idempotency-Key is still being worked on. Send it again in a moment.' },
    { 'retry-after': '1' },
  );
}

function describe(route: RouteOptions): void {
  const { schema = {} } = route;
  const { headers, response } = schema as { headers?: ReturnType<typeof Type.Object>; response?: object };
  route.schema = {
    ...schema,
    headers: Type.Object({ ...headers?.properties, [HEADER]: KeyHeader }),
    response: {
      409: refTo('Error', 'A request with this Idempotency-Key is still being worked on.'),
      422: refTo('Error', 'This Idempotency-Key was used for another request.'),
      ...response,
    },
  };
}
