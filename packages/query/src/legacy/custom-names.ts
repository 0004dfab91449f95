import { type CustomField, decodeId, encodeId, findObjectType, ID_PREFIX } from '@winnow/catalog';
import type { FieldRef } from '../ast.ts';
import { listAllowed, quote } from '../wording.ts';
import { type Level, refusal } from './context.ts';
import type { Token } from './tokens.ts';
import { foldName, groupByFolded } from './type-names.ts';

const CUSTOM = /^custom\./i;

/** Whether a name is that of a custom field: `custom.Name`, `custom.cf_…`. */
export function isCustomName(name: string): boolean {
  return CUSTOM.test(name);
}

/** Custom fields by folded name. Made once for a request's map of them: a query may name thousands. */
const CUSTOM_TABLES = new WeakMap<
  ReadonlyMap<string, CustomField>,
  ReadonlyMap<string, ReadonlySet<CustomField>>
>();

function customTable(customFields: ReadonlyMap<string, CustomField>) {
  const made =
    CUSTOM_TABLES.get(customFields) ??
    groupByFolded([...customFields.values()].map((field) => [field.name, field] as const));
  CUSTOM_TABLES.set(customFields, made);
  return made;
}

/**
 * The custom field of the level that `token` names, by its id or its name: one that is written exactly comes first.
 * @throws QueryError QUERY_AMBIGUOUS_NAME, QUERY_UNKNOWN_CUSTOM_FIELD
 */
export function findCustom(level: Level, token: Token): FieldRef {
  const { customFields, type, source } = level;
  const name = token.text.replace(CUSTOM, '').trim();
  const id = decodeId(ID_PREFIX.customField, name);
  if (id !== undefined && customFields.has(id)) return custom(id);
  const named = [...(customTable(customFields).get(foldName(name)) ?? [])];
  const own = named.filter(({ owner }) => owner === type.customFieldOwner);
  const exact = own.filter((field) => field.name === name);
  const candidates = exact.length > 0 ? exact : own;
  const [found, second] = candidates;
  if (found && !second) return custom(found.id);
  if (found) {
    const list = candidates.map((field) => `${quote(field.name)} (custom.${wireId(field.id)})`).join(', ');
    const reason = `Several custom fields have the name ${quote(name)}: ${list}. Name the one that is meant by its id.`;
    throw refusal(source, token.start, 'QUERY_AMBIGUOUS_NAME', reason);
  }
  throw refusal(source, token.start, 'QUERY_UNKNOWN_CUSTOM_FIELD', sayUnknownCustom(level, name, named[0]));
}

function sayUnknownCustom({ customFields, type, catalog }: Level, name: string, other?: CustomField): string {
  const names = [...customFields.values()]
    .filter(({ owner }) => owner === type.customFieldOwner)
    .map((field) => field.name);
  const label = findObjectType(catalog, other?.owner ?? '')?.label.many ?? other?.owner;
  const hint = other ? ` There is one of ${label}: ask for it in ${other.owner}(…).` : '';
  return `There is no custom field ${quote(name)} of ${type.label.many}.${hint} ${listAllowed(name, names)}`;
}

const wireId = (id: string) => encodeId(ID_PREFIX.customField, id);
const custom = (id: string): FieldRef => ({ type: 'custom_field', customFieldId: wireId(id) });
