import { type TSchema, Type } from '@sinclair/typebox';
import type { ApiInstance } from '../../app-types.ts';
import { defineSchema, nullable, refTo } from '../../wire/schemas.ts';

const MAX_LIMIT = 200;
const DEFAULT_LIMIT = 100;
/** Postgres walks over every row that is skipped. */
const MAX_OFFSET = 1_000_000;

const Stamp = Type.String({ examples: ['2024-01-16T15:45:00.000Z'] });

const Lead = Type.Object({
  id: Type.String({ examples: ['lead_0351xg1euRxkKaxaiJxEHV'] }),
  name: Type.String(),
  email: nullable(Type.String({ description: 'The first e-mail address of its contacts. Read only.' })),
  phone: nullable(
    Type.String({ description: 'Its own phone number; without one the first of its contacts.' }),
  ),
  status: nullable(Type.String({ description: 'The label of its status, in lower case.' })),
  metadata: Type.Object({}, { additionalProperties: true }),
  source: nullable(Type.String()),
  externalId: nullable(Type.String()),
  campaignId: nullable(Type.String()),
  createdAt: nullable(Stamp),
  updatedAt: nullable(Stamp),
});

export const LeadParams = Type.Object({
  leadId: Type.String({ description: 'The prefixed id, or the plain UUID.' }),
});

/** What may be changed; beside it, what a GET shows may stand in the body if it is not changed. */
export const ChangeBody = Type.Object(
  {
    name: Type.Optional(Type.String()),
    phone: Type.Optional(nullable(Type.String())),
    status: Type.Optional(
      nullable(Type.String({ description: 'The label of a lead status of the organization, in any case.' })),
    ),
    metadata: Type.Optional(
      Type.Object(
        {},
        {
          additionalProperties: true,
          description: 'Its keys are set, the others stay; null takes a key away.',
        },
      ),
    ),
  },
  { additionalProperties: true, examples: [{ status: 'lost', metadata: { archived: true } }] },
);

/** A parameter that was passed over would show leads that were not asked for, so that others are refused. */
export const ListQuery = Type.Object(
  {
    status: Type.Optional(
      Type.String({ minLength: 1, description: 'Only leads whose status has this label, in any case.' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT })),
    offset: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_OFFSET, default: 0 })),
  },
  { additionalProperties: false },
);

/** The page that a list's query string asks for. */
export function pageOf({ limit, offset }: { readonly limit?: number; readonly offset?: number }) {
  return { limit: limit ?? DEFAULT_LIMIT, offset: offset ?? 0 };
}

const succeeded = (data: TSchema) =>
  Type.Object({ success: Type.Literal(true), message: Type.String(), data });

export const LeadAnswer = succeeded(Lead);

export const ListAnswer = succeeded(
  Type.Object({
    leads: Type.Array(Lead),
    pagination: Type.Object({
      total: Type.Integer({ minimum: 0 }),
      limit: Type.Integer({ minimum: 1 }),
      offset: Type.Integer({ minimum: 0 }),
      hasMore: Type.Boolean(),
    }),
  }),
);

export const DeletedAnswer = succeeded(Type.Object({ id: Type.String(), deletedAt: Stamp }));

export const DeletingAnswer = succeeded(
  Type.Object({ id: Type.String(), deletedAt: Type.Null(), bulkDelete: refTo('BulkDelete') }),
);

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'Something in the request is wrong.',
  401: 'There is no API key, or it opens nothing.',
  403: 'The API key lacks the scope.',
  404: 'There is no such lead in the organization of the key.',
  409: 'The lead could not be deleted.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  429: 'Too many requests.',
  500: 'A fault of ours.',
  503: 'Try again in a moment.',
};

/** Adds the schema of the errors to the OpenAPI document. @returns the answers of a route that may refuse so. */
export function defineLeadErrors(
  app: ApiInstance,
): (answers: Record<number, TSchema>) => Record<number, TSchema> {
  const schema = defineSchema(
    app,
    'LeadError',
    Type.Object({
      success: Type.Literal(false),
      error: Type.String(),
      code: Type.String({ examples: ['LEAD_NOT_FOUND'] }),
      details: Type.Record(Type.String(), Type.String()),
    }),
  );
  const refusals = Object.entries(REFUSALS).map(([status, description]) => [
    status,
    { ...schema, description },
  ]);
  return (answers) => ({ ...Object.fromEntries(refusals), ...answers });
}
