import { type Static, Type } from '@sinclair/typebox';

/** Close refuses what is over a maximum instead of giving less (reference, 4.2). Its default is 100. */
const MAX_LIMIT = 200;
const DEFAULT_LIMIT = 100;
/** Postgres walks over every row that is skipped. */
const MAX_SKIP = 1_000_000;

/** `_fields`: once with commas, or several times. */
export const FieldsParameter = Type.Optional(
  Type.Union([Type.String(), Type.Array(Type.String())], {
    description: 'Only these fields, separated by commas. Names that the object does not have are ignored.',
    examples: ['id,date_created'],
  }),
);

export const FieldsQuery = Type.Object({ _fields: FieldsParameter });

export const PageQuery = Type.Object({
  _limit: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: MAX_LIMIT,
      default: DEFAULT_LIMIT,
      description: 'Most objects in the answer.',
    }),
  ),
  _skip: Type.Optional(
    Type.Integer({ minimum: 0, maximum: MAX_SKIP, default: 0, description: 'Objects to pass over.' }),
  ),
  _fields: FieldsParameter,
});

export interface Page {
  readonly limit: number;
  readonly skip: number;
}

/** The page that a query string asks for. */
export function readPage(query: Static<typeof PageQuery>): Page {
  return { limit: query._limit ?? DEFAULT_LIMIT, skip: query._skip ?? 0 };
}

/** One row more than the page, to know whether there is another page without counting. */
export function withOneMore({ limit, skip }: Page): Page {
  return { limit: limit + 1, skip };
}

/** Close's list (reference, 4.3) out of a page that was read `withOneMore`. */
export function presentPage<Row, Wire>(
  rows: readonly Row[],
  { limit }: Page,
  present: (row: Row) => Wire,
): { readonly data: readonly Wire[]; readonly has_more: boolean } {
  return { data: rows.slice(0, limit).map(present), has_more: rows.length > limit };
}
