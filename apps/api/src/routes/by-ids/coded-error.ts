import { type TSchema, Type } from '@sinclair/typebox';
import type { ApiInstance } from '../../app-types.ts';
import type { PresentRefusal } from '../../plugins/envelope.ts';
import { wordsOf } from '../../wire/refusal-words.ts';
import { defineSchema } from '../../wire/schemas.ts';

/** Codes by status. Those of 400, 401, 403 and 429 are the documented ones, the others are ours. */
const CODES: Readonly<Record<number, string>> = {
  400: 'validation_error',
  401: 'invalid_key',
  403: 'insufficient_permissions',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  422: 'idempotency_key_reused',
  429: 'rate_limited',
  503: 'unavailable',
};

const SENTENCES: Readonly<Record<number, string>> = {
  400: 'Something in the request is wrong.',
  401: 'There is no API key, or it opens nothing.',
  403: 'The API key lacks the permission.',
  404: 'There is no such record in the organization of the key.',
  409: 'Another request is in the way: the same again may succeed later.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  422: 'The Idempotency-Key was used for another request.',
  429: 'Too many requests.',
  500: 'A fault of ours.',
  503: 'Try again in a moment.',
};

/** `{"error": {"code", "message"}}`, with `details` by field where fields are wrong. */
export const presentCodedError: PresentRefusal = (refusal) => {
  const { message, fieldErrors } = wordsOf(refusal);
  const code =
    CODES[refusal.statusCode] ?? (refusal.statusCode < 500 ? 'validation_error' : 'internal_error');
  const details = Object.keys(fieldErrors).length === 0 ? {} : { details: fieldErrors };
  return { error: { code, message, ...details } };
};

/** Adds the schema of coded errors to the OpenAPI document. @returns the answers of a route that may refuse so. */
export function defineCodedErrors(
  app: ApiInstance,
): (answers: Record<number, TSchema>) => Record<number, TSchema> {
  const coded = defineSchema(
    app,
    'CodedError',
    Type.Object({
      error: Type.Object({
        code: Type.String({ examples: ['validation_error'] }),
        message: Type.String(),
        details: Type.Optional(
          Type.Record(Type.String(), Type.String(), { description: 'A sentence for each wrong field.' }),
        ),
      }),
    }),
  );
  const refusals = Object.entries(SENTENCES).map(([status, description]) => [
    status,
    { ...coded, description },
  ]);
  return (answers) => ({ ...Object.fromEntries(refusals), ...answers });
}
