import type { ObjectType } from '@winnow/catalog';
import type { FieldRef } from '../ast.ts';
import { findNearest, listAllowed, quote } from '../wording.ts';
import { type Level, refusal } from './context.ts';
import { findCustom, isCustomName } from './custom-names.ts';
import type { Token } from './tokens.ts';
import { findTypes, foldName, groupByFolded } from './type-names.ts';

/** A field that a query names: of the objects that are filtered, or of objects of another type related to them. */
export interface NamedField {
  /** The object type whose field it is. */
  readonly type: ObjectType;
  readonly ref: FieldRef;
}

/**
 * The field that `token` names at this level, or undefined: its name, another name that the catalog has for it, a
 * custom field (`custom.Name`, `custom.cf_…`), or `type.field` of related objects. Case, spaces, `_` and `-` do not
 * count, unless two names differ by nothing else.
 * @throws QueryError QUERY_AMBIGUOUS_NAME, QUERY_UNKNOWN_CUSTOM_FIELD
 */
export function findField(level: Level, token: Token): NamedField | undefined {
  if (isCustomName(token.text)) return { type: level.type, ref: findCustom(level, token) };
  const own = findRegular(level, level.type, token);
  if (own === undefined) return findOfRelated(level, token.text, token);
  // A name of the catalog may lead to a related object's field.
  return own.includes('.')
    ? findOfRelated(level, own, token)
    : { type: level.type, ref: regular(level.type, own) };
}

/** As `findField`, but a name that no field has is refused. @throws QueryError QUERY_UNKNOWN_FIELD too */
export function resolveField(level: Level, token: Token): NamedField {
  const found = findField(level, token);
  if (found) return found;
  const { type, source } = level;
  const nearest = findNearest(token.text, knownNames(type));
  const hint = nearest === undefined ? '' : ` Did you mean ${quote(nearest)}?`;
  const reason =
    `There is no field ${quote(token.text)} of ${type.label.many}.${hint} ${listAllowed('', searchableNames(type))} ` +
    'Custom fields are written custom.Name. To search for the text put quotes around all of it.';
  throw refusal(source, token.start, 'QUERY_UNKNOWN_FIELD', reason);
}

/** Every name of a field of `type`, other spellings included. */
export function knownNames(type: ObjectType): readonly string[] {
  return [
    'id',
    ...Object.keys(type.fields),
    ...Object.keys(type.fieldAliases ?? {}),
    ...Object.keys(type.legacyNames ?? {}),
  ];
}

function searchableNames({ fields }: ObjectType): readonly string[] {
  return ['id', ...Object.values(fields).flatMap(({ name, searchable }) => (searchable ? [name] : []))];
}

const regular = (type: ObjectType, fieldName: string): FieldRef => ({
  type: 'regular_field',
  objectType: type.name,
  fieldName,
});

/** The names that a type has for its fields, the stronger first: each with the field, or the path to it. */
function nameTables(type: ObjectType): readonly Readonly<Record<string, string>>[] {
  const own = Object.fromEntries(['id', ...Object.keys(type.fields)].map((name) => [name, name]));
  return [own, type.fieldAliases ?? {}, type.legacyNames ?? {}];
}

/** Folded name -> fields that have it. Made once for a type: a query may name thousands of fields. */
const TABLES = new WeakMap<ObjectType, readonly ReadonlyMap<string, ReadonlySet<string>>[]>();

function foldedTables(type: ObjectType) {
  const made = TABLES.get(type) ?? nameTables(type).map((table) => groupByFolded(Object.entries(table)));
  TABLES.set(type, made);
  return made;
}

function findRegular({ source }: Level, type: ObjectType, token: Token): string | undefined {
  for (const table of nameTables(type)) if (Object.hasOwn(table, token.text)) return table[token.text];
  const folded = foldName(token.text);
  for (const table of foldedTables(type)) {
    const [found, second] = table.get(folded) ?? [];
    if (found !== undefined && second === undefined) return found;
    if (second !== undefined) {
      const reason = `${quote(token.text)} may be the field "${found}" or "${second}". Write one of these.`;
      throw refusal(source, token.start, 'QUERY_AMBIGUOUS_NAME', reason);
    }
  }
  return undefined;
}

/** `type.field`: a field of objects related to the level's. */
function findOfRelated(level: Level, path: string, token: Token): NamedField | undefined {
  const dot = path.lastIndexOf('.');
  if (dot <= 0) return undefined;
  const [type, second] = findTypes(level.catalog, path.slice(0, dot));
  if (!type || second) return undefined;
  const name = findRegular(level, type, { ...token, text: path.slice(dot + 1) });
  return name === undefined || name.includes('.') ? undefined : { type, ref: regular(type, name) };
}
