import type { TSchema } from '@sinclair/typebox';
import { TypeCompiler } from '@sinclair/typebox/compiler';
import { type ValueError, ValueErrorType } from '@sinclair/typebox/value';
import type { FastifyInstance, FastifySchemaCompiler } from 'fastify';
import { invalid } from '../refusal.ts';

/** More sentences than this help nobody, and a hostile body could ask for a million. */
const MAX_FIELD_ERRORS = 20;

const INTEGER = /^-?\d{1,15}$/;

const DOCUMENT_ONLY = Symbol('checked by the handler');

const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (DOCUMENT_ONLY in schema) return (value: unknown) => ({ value });
  const compiled = TypeCompiler.Compile(schema);
  return (given: unknown) => {
    const value = httpPart === 'body' ? given : convertIntegers(schema, given);
    if (compiled.Check(value)) return { value };
    const fieldErrors: Record<string, string> = {};
    for (const error of compiled.Errors(value)) {
      const path = toFieldPath(error.path);
      if (path === '') return { error: invalid({}, ['The request body must be a JSON object.']) };
      fieldErrors[path] ??= sentenceFor(error);
      if (Object.keys(fieldErrors).length === MAX_FIELD_ERRORS) break;
    }
    return { error: invalid(fieldErrors) };
  };
};

/**
 * Checks requests against their TypeBox schemas. Values of a body are taken as they are: `"false"` is a text, not a
 * boolean, for a guess could delete what should stay. Only the parts that travel as text (query string, path) are
 * converted.
 */
export function registerValidation(app: FastifyInstance): void {
  setCompilers(app);
  // A scope that adds schemas of its own would silently go back to Fastify's compilers, which do convert.
  app.addHook('onRegister', setCompilers);
}

function setCompilers(scope: FastifyInstance): void {
  scope.setValidatorCompiler(compileValidator);
  // Answers are built by presenters and described by schemas; a serializer that drops what a schema forgot, or fails
  // on it, would turn a gap in the documentation into lost data. Tests check answers against their schemas.
  scope.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
}

/** Query strings are texts: what a schema calls an integer and is written as one becomes it, nothing else changes. */
function convertIntegers(schema: TSchema, given: unknown): unknown {
  if (!isObject(given) || !isObject(schema.properties)) return given;
  const properties = schema.properties;
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
      const isInteger = isObject(property) && property.type === 'integer';
      return [name, isInteger && typeof value === 'string' && INTEGER.test(value) ? Number(value) : value];
    }),
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** For a body that its handler checks, with sentences of its own: the schema is documentation. */
export function documentOnly(schema: TSchema): TSchema {
  return { ...schema, [DOCUMENT_ONLY]: true };
}

/** `/contacts/0/emails` (JSON pointer) as `contacts[0].emails`. */
function toFieldPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}

function sentenceFor({ type, schema, value }: ValueError): string {
  if (type === ValueErrorType.ObjectRequiredProperty) return 'This field is required.';
  if (type === ValueErrorType.ObjectAdditionalProperties) return 'This key is not known here.';
  const expected = describeSchema(schema);
  if (type === ValueErrorType.StringMinLength && schema.minLength === 1 && value === '')
    return 'Must not be empty.';
  return `Must be ${expected}.`;
}

/** What a schema takes, in words: `an integer of at least 0 or null`. */
export function describeSchema(schema: TSchema): string {
  const union: unknown = schema.anyOf;
  if (Array.isArray(union)) return union.map((option: TSchema) => describeSchema(option)).join(' or ');
  if ('const' in schema) return JSON.stringify(schema.const);
  switch (schema.type) {
    case 'integer':
    case 'number':
      return `${schema.type === 'integer' ? 'an integer' : 'a number'}${describeRange(schema.minimum, schema.maximum)}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      return `a text${describeRange(schema.minLength, schema.maxLength, ' characters')}`;
    case 'array':
      return `a list${describeRange(schema.minItems, schema.maxItems, ' items')}`;
    case 'object':
      return 'an object';
    case 'null':
      return 'null';
    default:
      return 'of another type';
  }
}

function describeRange(least: unknown, most: unknown, unit = ''): string {
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}${unit}`;
  if (least !== undefined) return ` of at least ${least}${unit}`;
  if (most !== undefined) return ` of at most ${most}${unit}`;
  return '';
}
