import type { FieldKind, FieldSource } from '@winnow/catalog';
import type { Moment, NumberBounds, Scalar, TextMode } from './ast.ts';

/** A value in a table's `jsonb` column of custom fields. `key` is the custom field's UUID. */
export interface CustomSource {
  readonly from: 'custom';
  readonly column: string;
  readonly key: string;
}

/** A field that the catalog, or a custom field of the organization, vouches for. */
export interface CheckedField {
  /** As people know it, for messages. */
  readonly name: string;
  readonly kind: FieldKind;
  readonly source: FieldSource | CustomSource;
  /** Several values: a list column, or a custom field that accepts multiple values. Any of them may match. */
  readonly isList: boolean;
  /** The allowed values of a choice; absent where any may occur. */
  readonly values?: readonly string[];
  /** Other spellings of them, each with the value that it stands for. */
  readonly valueAliases?: Readonly<Record<string, string>>;
  /** What a reference points at: an object type or an actor. */
  readonly target?: string;
  /** The reference types that a query may use for a reference. */
  readonly referenceTypes?: readonly string[];
}

/**
 * How objects of one type are joined to objects of another: `related.relatedColumn = this.column`; with `through`,
 * `related.relatedColumn = through.nearColumn` and `through.farColumn = this.column`.
 */
export interface Link {
  readonly column: string;
  readonly relatedColumn: string;
  /** Name of the related object type. */
  readonly relatedType: string;
  /** A row between the two, of an object type's table. */
  readonly through?: { readonly type: string; readonly farColumn: string; readonly nearColumn: string };
}

/**
 * A condition whose values are of the field's kind, ids decoded. Fewer than in the AST: what only names values in
 * another way (`term`, `reference`, `boolean`) has become `any_of`.
 * `path` is kept where a condition can still turn out to be impossible when the frozen moment and user are known.
 */
interface CheckedConditionParts {
  readonly text: { readonly mode: TextMode; readonly value: string };
  readonly any_of: { readonly values: readonly Scalar[] };
  readonly current_user: { readonly path: string };
  readonly exists: unknown;
  readonly number_range: NumberBounds;
  readonly moment_range: {
    readonly onOrAfter: Moment | null;
    readonly before: Moment | null;
    readonly path: string;
  };
  readonly local_time: { readonly onOrAfter: string | null; readonly before: string | null };
}

export type CheckedConditionType = keyof CheckedConditionParts;
export type CheckedCondition<T extends CheckedConditionType = CheckedConditionType> = {
  [K in T]: { readonly type: K } & CheckedConditionParts[K];
}[T];

/** What a condition comes to: something to compile, or a constant that holds for every object or for none. */
export type ConditionOutcome = CheckedCondition | boolean;

interface CheckedNodeParts {
  readonly constant: { readonly value: boolean };
  readonly and: { readonly nodes: readonly CheckedNode[] };
  readonly or: { readonly nodes: readonly CheckedNode[] };
  readonly not: { readonly node: CheckedNode };
  /** Plain UUIDs: the object is one of these. */
  readonly ids: { readonly ids: readonly string[] };
  readonly field: { readonly field: CheckedField; readonly condition: CheckedCondition };
  readonly related: { readonly link: Link; readonly node: CheckedNode };
}

/**
 * A node that agrees with the catalog, constants folded: a `constant` stands only where the whole tree, or the whole
 * query of a `related` node, is one.
 */
export type CheckedNodeType = keyof CheckedNodeParts;
export type CheckedNode<T extends CheckedNodeType = CheckedNodeType> = {
  [K in T]: { readonly type: K } & CheckedNodeParts[K];
}[T];

/** A query that can be compiled. */
export interface CheckedQuery {
  /** Canonical name of the object type that the query is about. */
  readonly objectType: string;
  readonly where: CheckedNode;
  /** The query has no condition: it is true for every object of its type. To be refused unless it is meant. */
  readonly matchesEverything: boolean;
}

/** One entry of `sort`. */
export interface SortItem {
  readonly field: CheckedField;
  readonly direction: 'asc' | 'desc';
}
