import type { QueryErrorCode } from '@winnow/query';
import type { QueryInput } from '../compiled-query.ts';
import { query, where } from '../query-json.ts';

/** A request that is refused, and how. */
export interface Refused {
  readonly code: QueryErrorCode;
  readonly path: string;
  /** Part of the message. */
  readonly says: string;
  readonly json: unknown;
  readonly input: QueryInput;
}

export const refused = (
  code: QueryErrorCode,
  path: string,
  says: string,
  json: unknown,
  input: QueryInput = {},
): Refused => ({ code, path, says, json, input });

/** Where the first node after the object type stands. */
export const AT = 's_query.queries[1]';

export const UUID = '00000000-0000-7000-8000-000000000001';
export const lead = (...nodes: readonly unknown[]) => query('lead', ...nodes);
export const name = (condition: Readonly<Record<string, unknown>>) => lead(where('lead.name', condition));
export const zone = (condition: Readonly<Record<string, unknown>>) =>
  query('contact', where('contact.timezone', condition));
export const created = (condition: Readonly<Record<string, unknown>>) =>
  lead(where('lead.date_created', condition));
