import type { JsonObject } from '@winnow/db';

/** A sentence for each field that is wrong, by its path in the body: `contacts[0].emails[0].email`. */
export type FieldErrors = Readonly<Record<string, string>>;

/**
 * An answer that tells the client what to change. Bodies have Close's shapes (reference, 4.2): `errors` and
 * `field-errors` for 400, `error` for the rest.
 */
export class Refusal extends Error {
  /** Fastify reads and may write it. */
  statusCode: number;
  readonly body: JsonObject;
  readonly headers: Readonly<Record<string, string>>;

  constructor(statusCode: number, body: JsonObject, headers: Readonly<Record<string, string>> = {}) {
    super(JSON.stringify(body));
    this.name = 'Refusal';
    this.statusCode = statusCode;
    this.body = body;
    this.headers = headers;
  }
}

/** 400: fields that are wrong, and sentences that belong to no field. */
export function invalid(fieldErrors: FieldErrors, errors: readonly string[] = []): Refusal {
  return new Refusal(400, { errors, 'field-errors': fieldErrors });
}

/** 401, with how to authenticate (RFC 9110, 11.6.1). */
export function unauthorized(sentence: string): Refusal {
  return new Refusal(
    401,
    { error: sentence },
    { 'www-authenticate': 'Basic realm="Winnow", Bearer realm="Winnow"' },
  );
}

export function forbidden(sentence: string): Refusal {
  return new Refusal(403, { error: sentence });
}

/** 404 for a record. Another organization's record is answered with the same sentence as one that never was. */
export function notFound(what: string): Refusal {
  return new Refusal(404, { error: `There is no ${what} with this id.` });
}

/** 410: it was there, and will not come back. */
export function gone(sentence: string): Refusal {
  return new Refusal(410, { error: sentence });
}

/** 503: the same request may succeed a little later. */
export function unavailable(sentence: string): Refusal {
  return new Refusal(503, { error: sentence }, { 'retry-after': '1' });
}
