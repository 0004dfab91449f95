import { QueryError, type QueryErrorCode } from '../errors.ts';
import { describeValue, listAllowed } from '../wording.ts';
import type { Reader } from './reader.ts';

interface Typed {
  readonly type: string;
}

/** A family of things told apart by their `type`: nodes, conditions, fields, moments. */
export interface Family<R extends Typed> {
  /** What one is called in messages, e.g. `node`. */
  readonly noun: string;
  readonly unknown: QueryErrorCode;
  /** One instruction for each type. */
  readonly parsers: { readonly [T in R['type']]: (reader: Reader) => Extract<R, { readonly type: T }> };
}

/**
 * Reads an object of a family by the instruction that its `type` names, and refuses keys which that does not read.
 * @throws QueryError of the family's `unknown` code, or what the instruction throws.
 */
export function parseByType<R extends Typed>(reader: Reader, family: Family<R>): R {
  const type = reader.required('type');
  if (!isTypeOf(type, family)) throw refuseType(type, reader, family);
  const parsed = family.parsers[type](reader);
  reader.finish();
  return parsed;
}

function isTypeOf<R extends Typed>(type: unknown, family: Family<R>): type is R['type'] {
  return typeof type === 'string' && Object.hasOwn(family.parsers, type);
}

function refuseType<R extends Typed>(type: unknown, reader: Reader, family: Family<R>): QueryError {
  const { noun, parsers, unknown } = family;
  const { path } = reader.at('type');
  const known = Object.keys(parsers);
  return new QueryError(
    unknown,
    path,
    `${describeValue(type)} is no type of ${noun}. ${listAllowed(type, known)}`,
  );
}
