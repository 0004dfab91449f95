import { type Catalog, encodeId, type ObjectType, objectTypesIn } from '@winnow/catalog';
import type { DetachedColumn, LeftLink, LeftRow, NewUndoConflict } from '@winnow/db';

/** Why a record, or a link of one that had stayed, does not come back. */
export type UndoConflictCode =
  /** A record with this id is there. */
  | 'id_in_use'
  /** What it belonged to is not there. */
  | 'parent_gone'
  /** Something else that it names is not there. */
  | 'reference_gone'
  /** A value that must be unique is another record's now. */
  | 'unique_value_in_use'
  /** The database refuses it: a check, a trigger. */
  | 'refused'
  /** The record whose link was cut is not there. */
  | 'link_record_gone'
  /** The link points at something else now. */
  | 'link_in_use'
  /** What the link pointed at is not there. */
  | 'link_target_gone';

const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';

/** A row that stays in the archive, by what the catalog tells; undefined when that does not explain it. */
export function explainLeftRow(catalog: Catalog, table: string, row: LeftRow): NewUndoConflict | undefined {
  const type = typeIn(catalog, table, row.type);
  const about = { objectType: type?.name ?? table, objectId: row.id, link: '' };
  if (row.isIdInUse) {
    const code: UndoConflictCode = 'id_in_use';
    return { ...about, code, message: `There is a record with the id ${wireId(type, row.id)}.` };
  }
  if (row.missing === null) return undefined;
  const { column, references, id } = row.missing;
  const relation = catalog.tables[table]?.relations.find((one) => one.column === column);
  const code: UndoConflictCode = relation?.onDelete === 'cascade' ? 'parent_gone' : 'reference_gone';
  const target = wireId(typeIn(catalog, references, null), id);
  return { ...about, code, message: `Its ${column} is ${target}, which is not there.` };
}

/** A row that Postgres refused, with the reason that it gave; none when it took no row and raised nothing. */
export function explainRefusal(
  catalog: Catalog,
  table: string,
  row: LeftRow,
  error: unknown,
): NewUndoConflict {
  const type = typeIn(catalog, table, row.type);
  return { objectType: type?.name ?? table, objectId: row.id, link: '', ...readRefusal(error) };
}

/** A link that Postgres refused to set again, with the reason that it gave. */
export function explainRefusedLink(
  catalog: Catalog,
  { table, column }: DetachedColumn,
  link: LeftLink,
  error: unknown,
): NewUndoConflict {
  const type = typeIn(catalog, table, link.type);
  return { objectType: type?.name ?? table, objectId: link.row_id, link: column, ...readRefusal(error) };
}

function readRefusal(error: unknown): { readonly code: UndoConflictCode; readonly message: string } {
  const { code: sqlState, message, detail } = readError(error);
  return {
    code:
      sqlState === UNIQUE_VIOLATION
        ? 'unique_value_in_use'
        : sqlState === FOREIGN_KEY_VIOLATION
          ? 'reference_gone'
          : 'refused',
    message: [message, detail].filter((part) => part !== '').join(' '),
  };
}

/** A link that stays cut. @param column the link's. */
export function explainLeftLink(
  catalog: Catalog,
  { table, column }: DetachedColumn,
  link: LeftLink,
): NewUndoConflict {
  const type = typeIn(catalog, table, link.type);
  const relation = catalog.tables[table]?.relations.find((one) => one.column === column);
  const target = wireId(
    relation === undefined ? undefined : typeIn(catalog, relation.references, null),
    link.target_id,
  );
  const about = { objectType: type?.name ?? table, objectId: link.row_id, link: column };
  const because = (code: UndoConflictCode, message: string) => ({ ...about, code, message });
  if (!link.is_row_there) {
    return because('link_record_gone', `It named ${target} in ${column} and is not there any more.`);
  }
  if (link.is_taken) return because('link_in_use', `Its ${column} was ${target} and is something else now.`);
  return because('link_target_gone', `Its ${column} was ${target}, which is not there.`);
}

/** The object type of a row. Where a table has several and the row's is not known: none. */
function typeIn(catalog: Catalog, table: string, typeValue: string | null): ObjectType | undefined {
  return objectTypesIn(catalog, table).find((type) => (type.typeValue ?? null) === typeValue);
}

function wireId(type: ObjectType | undefined, id: string): string {
  return type === undefined ? id : encodeId(type.idPrefix, id);
}

/** The fields of an error of node-postgres. */
function readError(error: unknown): {
  readonly code: string;
  readonly message: string;
  readonly detail: string;
} {
  if (!(error instanceof Error))
    return { code: '', message: 'The database took no row, and gave no reason.', detail: '' };
  const text = (key: string) => {
    const value: unknown = Reflect.get(error, key);
    return typeof value === 'string' ? value : '';
  };
  return { code: text('code'), message: error.message, detail: text('detail') };
}
