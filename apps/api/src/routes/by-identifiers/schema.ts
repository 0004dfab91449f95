import { type TSchema, Type } from '@sinclair/typebox';
import type { ApiInstance } from '../../app-types.ts';
import type { PresentRefusal } from '../../plugins/envelope.ts';
import { wordsOf } from '../../wire/refusal-words.ts';
import { defineSchema, refTo } from '../../wire/schemas.ts';
import { MAX_ENTRIES } from './read-body.ts';

/** What clients of these endpoints know by their sentences. */
const KNOWN_SENTENCES: Readonly<Record<number, string>> = {
  401: 'Invalid or inactive API key',
  403: 'Forbidden',
};

/** `{"success": false, "error": "…"}`. */
export const presentPlainError: PresentRefusal = (refusal) => ({
  success: false,
  error: KNOWN_SENTENCES[refusal.statusCode] ?? wordsOf(refusal).message,
});

export const Body = Type.Object(
  {
    campaignId: Type.String({ description: 'Only leads of this campaign are looked at.' }),
    leads: Type.Array(
      Type.Object(
        {
          externalId: Type.Optional(Type.String({ description: 'Looked for first.' })),
          phoneNumber: Type.Optional(
            Type.String({ description: 'Looked for when nobody has the externalId.' }),
          ),
        },
        { additionalProperties: true },
      ),
      { minItems: 1, maxItems: MAX_ENTRIES },
    ),
  },
  {
    examples: [
      {
        campaignId: 'camp_0351xg1euRxkKaxaiJxEHV',
        leads: [{ externalId: 'crm-1' }, { phoneNumber: '+15551234567' }],
      },
    ],
  },
);

const Count = Type.Integer({ minimum: 0 });
const Identifiers = Type.Array(Type.String());

export const Answer = Type.Object({
  success: Type.Literal(true),
  deleted: Type.Integer({ minimum: 0, description: 'Leads that were deleted.' }),
  notFound: Count,
  deletedIdentifiers: Identifiers,
  notFoundIdentifiers: Identifiers,
  ambiguousIdentifiers: Type.Optional(
    Type.Array(Type.String(), { description: 'Several leads of the campaign have it: none was deleted.' }),
  ),
  failedIdentifiers: Type.Optional(
    Type.Array(Type.Object({ identifier: Type.String(), code: Type.String(), message: Type.String() }), {
      description: 'Leads that could not be deleted, each with the reason.',
    }),
  ),
  bulkDelete: Type.Optional(refTo('BulkDelete', 'Only with 202: what goes on in the background.')),
});

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'Something in the request is wrong.',
  401: 'There is no API key, or it opens nothing.',
  403: 'The API key lacks the scope, or may not work on this campaign, or there is no such campaign.',
  409: 'A request with this Idempotency-Key is still being worked on.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  422: 'The Idempotency-Key was used for another request.',
  429: 'Too many requests.',
  500: 'A fault of ours.',
  503: 'Try again in a moment.',
};

/** Adds the schema of plain errors to the OpenAPI document. @returns the answers of a route that may refuse so. */
export function definePlainErrors(
  app: ApiInstance,
): (answers: Record<number, TSchema>) => Record<number, TSchema> {
  const plain = Type.Object({ success: Type.Literal(false), error: Type.String() });
  const schema = defineSchema(app, 'PlainError', plain);
  const refusals = Object.entries(REFUSALS).map(([status, description]) => [
    status,
    { ...schema, description },
  ]);
  return (answers) => ({ ...Object.fromEntries(refusals), ...answers });
}
