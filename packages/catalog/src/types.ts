/**
 * What can be deleted, as data. The query compiler, the engine and the generic routes read a `Catalog` and know
 * nothing else about the schema: no table name may stand in their code.
 */

/** What a field's value is, which decides the conditions and JSON shapes that fit it. */
export type FieldKind =
  | 'text'
  /** The name of a time zone, `Europe/Paris`. A text in all but this: it has a local time. */
  | 'time_zone'
  | 'id'
  | 'reference'
  | 'choice'
  | 'boolean'
  | 'integer'
  | 'number'
  | 'date'
  | 'moment'
  | 'text_list'
  | 'json';

/** Where a field's value comes from, seen from a row of the object's own table. */
export type FieldSource =
  /** A column of the object's table. */
  | { readonly from: 'column'; readonly column: string }
  /** `column` of the row in `table` whose id stands in the object's column `via`. Read only. */
  | { readonly from: 'lookup'; readonly via: string; readonly table: string; readonly column: string }
  /** A number or a moment over the rows that belong to the object. Read only. */
  | AggregateSource
  /** A value of one of the rows that belong to the object: the one that comes first. Read only. */
  | FirstSource
  /** SQL over the row's own columns, each written `{column}`. Its author is the catalog's, never a client. Read only. */
  | { readonly from: 'expression'; readonly sql: string }
  /** The same for every object: a place in the wire shape for something that is not kept here. Read only. */
  | { readonly from: 'constant'; readonly value: boolean | null | readonly [] };

/**
 * Rows of `table` that belong to an object: `column` points at it, or, with `through`, at a row of that table whose
 * own column does. Texts are SQL over the row's columns, each written `{column}`; their author is the catalog's.
 */
export interface OwnedRows {
  readonly table: string;
  readonly column: string;
  readonly through?: { readonly table: string; readonly column: string };
  /** Only rows for which this SQL condition holds. */
  readonly where?: string;
}

/** `count` counts the rows, and takes no `value`; the others are null when no row has one. */
export interface AggregateSource extends OwnedRows {
  readonly from: 'aggregate';
  readonly function: 'count' | 'sum' | 'avg' | 'min' | 'max';
  readonly value?: string;
}

/** `value` of the first row by `orderBy`, which is SQL like it and ends in something unique. */
export interface FirstSource extends OwnedRows {
  readonly from: 'first';
  readonly value: string;
  readonly orderBy: string;
}

/** One wire field of an object type. */
export interface Field {
  /** The name on the wire and in queries. */
  readonly name: string;
  readonly kind: FieldKind;
  readonly source: FieldSource;
  /** May stand in a query's `field_condition`. */
  readonly searchable: boolean;
  /** May stand in `sort`. */
  readonly sortable: boolean;
  /** May be set by POST and PUT. */
  readonly writable: boolean;
  /** Must be given on POST. */
  readonly required: boolean;
  /** The allowed values of a `choice`. */
  readonly values?: readonly string[];
  /** For `reference`: the object type it points at, or the kind of actor. Decides the id prefix on the wire. */
  readonly target?: string;
  /** For a required `reference`: a POST without it creates the target first (Close: a contact without lead_id). */
  readonly createsTargetWhenAbsent?: boolean;
  /** For `reference`: the `reference_type` values a query may use for it (reference, 2.3). */
  readonly referenceTypes?: readonly string[];
  /** Other spellings of `values` that queries may use, each with the value that it stands for. */
  readonly valueAliases?: Readonly<Record<string, string>>;
  /** For a stored field: a column that takes the moment whenever the field is written with another value. */
  readonly changeStamp?: string;
  /** For an expression that is too costly to show with every object: it is shown only where it is asked for. */
  readonly onRequest?: boolean;
  /** For an expression over rows that go when the object is deleted: unknown of an object that has been deleted. */
  readonly ofParts?: boolean;
}

/** What becomes of a row when the row that `column` points at is deleted. */
export type OnDelete = 'cascade' | 'detach';

/** A foreign key of the schema, from this table's `column` to `references`' primary key. */
export interface Relation {
  readonly column: string;
  readonly references: string;
  readonly onDelete: OnDelete;
}

/** A table whose rows Winnow may delete or detach. Primary key is `id uuid`. */
export interface Table {
  readonly name: string;
  /** The column that names the organization. Every statement is bound to it (invariant: tenancy). */
  readonly tenantColumn: string;
  /** When several object types share the table: the column that tells them apart. */
  readonly typeColumn?: string;
  readonly relations: readonly Relation[];
  /** `jsonb` column that holds custom field values by custom field id, where the table has one. */
  readonly customColumn?: string;
}

/** An array of child objects that is shown, and may be written, inside its parent. */
export interface Embed {
  /** The wire name of the array. */
  readonly name: string;
  readonly objectType: string;
  /** The child's column that points at the parent. */
  readonly column: string;
  /** May be given on POST of the parent. */
  readonly writable: boolean;
  /** Only children for which this column equals this value are shown. */
  readonly only?: { readonly column: string; readonly equals: boolean | string };
}

/** A kind of object on the wire, stored in one table. */
export interface ObjectType {
  /** The name in queries, e.g. `lead`, `activity.call`. */
  readonly name: string;
  /** Further names that are understood, e.g. `deal` for `opportunity`. */
  readonly aliases: readonly string[];
  /** For people: `1 lead`, `2 leads`. */
  readonly label: { readonly one: string; readonly many: string };
  readonly table: string;
  /** The value of the table's `typeColumn` for this object type; absent where the type is the whole table. */
  readonly typeValue?: string;
  /** Wire ids are this prefix, `_`, and 22 base-62 characters. */
  readonly idPrefix: string;
  readonly fields: Readonly<Record<string, Field>>;
  /** Further names that queries may use for fields, each with the field's name. */
  readonly fieldAliases?: Readonly<Record<string, string>>;
  /** Names that the legacy text query has for fields, each with a field's name, or `type.field` of a related type. */
  readonly legacyNames?: Readonly<Record<string, string>>;
  /** The object type that it is a part of: what is related to that is related to it too (lead, contact_email). */
  readonly partOf?: string;
  /** The field that people know an object by, for words about it. */
  readonly titleField?: string;
  readonly embeds: readonly Embed[];
  /** The name in `bulk_object_type`; absent where the type cannot be the target of a bulk delete. */
  readonly bulkName?: string;
  /** Path below `/api/v1/` of its generic routes; absent where it has none. */
  readonly path?: string;
  /** The field whose value is part of the type's name in events: `_type` makes `task.lead` of a task (reference, 5.2). */
  readonly eventKind?: string;
  /** The column that points at the catalog's root object, for counting roots beside objects. */
  readonly rootColumn?: string;
  /** The kind of objects in the scopes of API keys, `leads` in `read:leads`; absent where only wide scopes open it. */
  readonly scopeFamily?: string;
  /** Which custom fields belong to it, e.g. all activities share `activity`. */
  readonly customFieldOwner?: string;
}

/** A whole schema as Winnow sees it. */
export interface Catalog {
  readonly name: string;
  /** Schema of the live tables. */
  readonly schema: string;
  /** Schema of the archive mirror tables: same names, same columns, plus bulk delete id and page number. */
  readonly archiveSchema: string;
  /** The object type that "roots" are counted in (Close counts leads in every bulk action). */
  readonly rootObjectType?: string;
  readonly tables: Readonly<Record<string, Table>>;
  readonly objectTypes: Readonly<Record<string, ObjectType>>;
}

/** The types a custom field may have (reference, section 6). */
export const CUSTOM_FIELD_TYPES = [
  'text',
  'textarea',
  'number',
  'date',
  'datetime',
  'choices',
  'user',
  'contact',
  'custom_object',
  'hidden',
] as const;
export type CustomFieldType = (typeof CUSTOM_FIELD_TYPES)[number];

/** A custom field as the query check and the routes need it. Values live in the table's `customColumn` under `id`. */
export interface CustomField {
  /** Plain UUID; on the wire `cf_…`. */
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly type: CustomFieldType;
  readonly choices: readonly string[];
  readonly acceptsMultipleValues: boolean;
}
