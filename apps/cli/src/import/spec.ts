/** What an import was told: how columns of a file become fields of objects. */
export interface ImportSpec {
  /** An object type's name, alias or path, e.g. `lead`, `deal`, `activity/note`. */
  readonly object: string;
  readonly map: readonly FieldFromColumn[];
  readonly link: readonly FieldFromLink[];
  readonly set: readonly FieldFromConstant[];
  /** Takes a field only from rows whose column has the value; several values of one column are alternatives. */
  readonly when: readonly FieldCondition[];
  /** Format of dates and moments by column. */
  readonly dateFormat: ReadonlyMap<string, string>;
  /** Factor by column: dollars become cents by 100. */
  readonly scale: ReadonlyMap<string, number>;
  /** Type of the custom field that is created for a column. */
  readonly type: ReadonlyMap<string, string>;
  /** Creates statuses and custom fields that the data names and the organization has not. */
  readonly createMissing: boolean;
}

export interface FieldFromColumn {
  readonly column: string;
  readonly field: string;
}

export interface FieldFromLink {
  readonly column: string;
  readonly field: string;
  /** The field of the target that the column's text stands in. */
  readonly key: string;
}

export interface FieldFromConstant {
  readonly field: string;
  readonly value: string;
}

export interface FieldCondition {
  readonly field: string;
  readonly column: string;
  readonly value: string;
}

/** Reads `COLUMN=FIELD`, `FIELD=VALUE` and the like. @returns undefined when there is no `=`, or nothing before it. */
export function splitAssignment(text: string): readonly [string, string] | undefined {
  const position = text.indexOf('=');
  return position < 1 ? undefined : [text.slice(0, position).trim(), text.slice(position + 1).trim()];
}

/** Reads `COLUMN=FIELD.KEY`. @returns undefined when it is not of that form. */
export function parseLink(text: string): FieldFromLink | undefined {
  const [column, rest = ''] = splitAssignment(text) ?? [];
  const dot = rest.lastIndexOf('.');
  if (column === undefined || dot < 1 || dot === rest.length - 1) return undefined;
  return { column, field: rest.slice(0, dot), key: rest.slice(dot + 1) };
}

/** Reads `FIELD:COLUMN=VALUE`. @returns undefined when it is not of that form. */
export function parseCondition(text: string): FieldCondition | undefined {
  const [left = '', value] = splitAssignment(text) ?? [];
  const colon = left.indexOf(':');
  if (value === undefined || colon < 1 || colon === left.length - 1) return undefined;
  return { field: left.slice(0, colon), column: left.slice(colon + 1), value };
}
