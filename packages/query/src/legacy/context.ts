import type { Catalog, CustomField, ObjectType } from '@winnow/catalog';
import type { FieldRef, QueryNode } from '../ast.ts';
import { checkField } from '../check/fields.ts';
import type { CheckedField } from '../checked.ts';
import { QueryError, type QueryErrorCode } from '../errors.ts';

/** What the names in a legacy query are looked up in, and what the query is about. */
export interface LegacyContext {
  readonly catalog: Catalog;
  /** The organization's custom fields by plain UUID. */
  readonly customFields: ReadonlyMap<string, CustomField>;
  /** Wire ids of the saved searches that may be named, by name; absent where none may. */
  readonly savedSearchesByName?: ReadonlyMap<string, string>;
  /** The object type that the query is about, by name or alias. */
  readonly objectType: string;
}

/** An entry of `sort` in the JSON that `parseSort` takes. */
export interface SortJson {
  readonly direction: 'asc' | 'desc';
  readonly field:
    | { readonly type: 'regular_field'; readonly object_type: string; readonly field_name: string }
    | { readonly type: 'custom_field'; readonly custom_field_id: string };
}

/** The text that is being read, and what it is called in error paths. */
export interface Source {
  readonly text: string;
  readonly path: string;
}

/** A level of the query: the object type that is filtered there. */
export interface Level extends Pick<LegacyContext, 'catalog' | 'customFields' | 'savedSearchesByName'> {
  readonly source: Source;
  readonly type: ObjectType;
}

/** @returns the error for what stands at `offset` of the text. Messages count characters from 1, as people do. */
export function refusal(source: Source, offset: number, code: QueryErrorCode, reason: string): QueryError {
  const position = Array.from(source.text.slice(0, offset)).length + 1;
  return new QueryError(code, source.path, `Character ${position}: ${reason}`);
}

/** Runs `check`; what it refuses is said of the text at `offset`. @throws QueryError */
export function checkAt<T>(source: Source, offset: number, check: (path: string) => T): T {
  try {
    return check(source.path);
  } catch (error) {
    throw error instanceof QueryError ? refusal(source, offset, error.code, error.message) : error;
  }
}

/** The opposite of `node`. */
export function inverted(node: QueryNode): QueryNode {
  return { ...node, negate: !node.negate };
}

/** The field of the level that is named at `offset`, as the catalog vouches for it. @throws QueryError */
export function fieldAt(level: Level, ref: FieldRef, offset: number): CheckedField {
  const { catalog, customFields, type } = level;
  const scope = { catalog, customFields, type, inside: [], usage: { nodes: 0 }, isMixed: false };
  return checkAt(level.source, offset, (path) => checkField(ref, scope, path));
}
