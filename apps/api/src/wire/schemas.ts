import { type TSchema, Type } from '@sinclair/typebox';
import type { ApiInstance } from '../app-types.ts';

const ErrorSchema = Type.Object(
  { error: Type.String() },
  { description: 'A sentence that says what is wrong.' },
);

const InvalidSchema = Type.Object({
  errors: Type.Array(Type.String(), { description: 'What belongs to no single field.' }),
  'field-errors': Type.Record(Type.String(), Type.String(), {
    description: 'A sentence for each wrong field, by its path in the body.',
    examples: [{ 's_query.queries[1].condition.mode': 'Unknown text mode.' }],
  }),
});

const RateLimitedSchema = Type.Object(
  { error: Type.String(), rate_reset: Type.Integer({ description: 'Seconds until it may succeed again.' }) },
  { description: 'Too many requests.' },
);

/** Schemas that many routes share, defined once in the OpenAPI document. */
export function defineSharedSchemas(app: ApiInstance): void {
  defineSchema(app, 'Error', ErrorSchema);
  defineSchema(app, 'RateLimited', RateLimitedSchema);
  defineSchema(app, 'Invalid', InvalidSchema);
}

/**
 * Adds a schema to the components of the OpenAPI document. For answers and for bodies that their handler checks:
 * the validator does not follow references.
 * @returns a reference to it.
 */
export function defineSchema(app: ApiInstance, name: string, schema: TSchema): TSchema {
  app.addSchema({ ...schema, $id: name });
  return refTo(name);
}

/** A reference to a schema that is or will be defined under this name. */
export function refTo(name: string, description?: string): TSchema {
  return Type.Unsafe({ $ref: `${name}#`, ...(description === undefined ? {} : { description }) });
}

export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

/** What a 410 says. */
export const ARCHIVE_EXPIRED = 'What was archived of this bulk delete is not kept any more.';

/** The answers that every route behind a key may give beside its own. */
export function withRefusals(answers: Readonly<Record<number, TSchema>>): Record<number, TSchema> {
  return {
    400: refTo('Invalid', 'Something in the request is wrong.'),
    401: refTo('Error', 'There is no API key, or it opens nothing.'),
    403: refTo('Error', 'The API key lacks a scope.'),
    404: refTo('Error', 'There is no such record in the organization of the key.'),
    429: refTo('RateLimited', 'Too many requests of this key, this organization or this address.'),
    503: refTo('Error', 'Try again in a moment.'),
    ...answers,
  };
}

/** The same for a route that takes a body. */
export function withBodyRefusals(answers: Readonly<Record<number, TSchema>>): Record<number, TSchema> {
  return withRefusals({
    413: refTo('Error', 'The body is too large.'),
    415: refTo('Error', 'The body is not JSON.'),
    ...answers,
  });
}

export function pageOf(item: TSchema): TSchema {
  return Type.Object({ data: Type.Array(item), has_more: Type.Boolean() });
}

/** A path with one id. Anything may stand there: what is not an id is a record that does not exist. */
export const IdParams = Type.Object({
  id: Type.String({ description: 'The prefixed id, or the plain UUID.' }),
});

/** An empty object, the answer of a deletion (reference, 4.2). */
export const EmptySchema = Type.Object({}, { additionalProperties: false });
