import type { Catalog, CustomField, ObjectType } from '@winnow/catalog';
import type { WhenAbsent } from '@winnow/db';
import type { ReadCell } from './reading.ts';

/** One kind of row that each row of the file may become: the object itself, or a part embedded in it. */
export interface PlannedPart {
  readonly objectType: ObjectType;
  /** The part it is embedded in, by its place in the plan; null for the object itself. */
  readonly parent: { readonly part: number; readonly column: string } | null;
  /** What becomes of a column without a value. */
  readonly columns: ReadonlyMap<string, WhenAbsent>;
}

/** Where a value goes: a column of a part's table, or a custom field of the part. */
export type Place =
  | { readonly kind: 'column'; readonly part: number; readonly column: string }
  | { readonly kind: 'custom'; readonly part: number; readonly field: CustomField };

/** Where a cell's text comes from. */
export interface CellSource {
  /** The column's name in the file; null for a constant of the command line. */
  readonly column: string | null;
  read(cells: readonly string[]): string;
}

export interface PlannedValue {
  /** As the command line names it: `name`, `emails.email`, `custom.Sector`. */
  readonly path: string;
  readonly place: Place;
  readonly source: CellSource;
  /** Whether the row gives this value at all. */
  readonly applies: (cells: readonly string[]) => boolean;
  readonly isRequired: boolean;
  readonly content:
    | { readonly kind: 'text'; readonly read: ReadCell }
    | { readonly kind: 'link'; readonly link: LinkTarget };
}

/** What a link's text is looked up in. */
export interface LinkTarget {
  /** null: the users of the organization, who are no objects of the catalog. */
  readonly objectType: ObjectType | null;
  /** For people: `lead`, `user`. */
  readonly label: string;
  /** The field whose value the text is; `id` for ids. */
  readonly key: string;
  /** The column behind the key; for users `email`. Unused for ids. */
  readonly column: string;
  /** Prefix of the target's wire ids. */
  readonly idPrefix: string;
  /** Whether a target that is missing may be created. */
  readonly mayCreate: boolean;
}

export interface ImportPlan {
  readonly catalog: Catalog;
  /** The object itself first, then the parts, parents before their parts. */
  readonly parts: readonly PlannedPart[];
  readonly values: readonly PlannedValue[];
  /** How many cells a row of the file must have. */
  readonly width: number;
}
