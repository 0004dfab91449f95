import {
  type Catalog,
  type CustomField,
  type CustomFieldType,
  encodeId,
  findObjectType,
} from '@winnow/catalog';
import type { JsonValue } from '@winnow/db';
import { prefixOfTarget } from './conventions.ts';

/**
 * What a custom field of this type refers to: users, or the catalog's objects of the same name (the field type
 * `contact`). Undefined where the value is no reference.
 */
export function customTarget(catalog: Catalog, type: CustomFieldType): string | undefined {
  return type === 'user' ? type : findObjectType(catalog, type)?.name;
}

/** A stored value for the wire: references get their prefix back. */
export function presentCustomValue(catalog: Catalog, field: CustomField, stored: JsonValue): JsonValue {
  const target = customTarget(catalog, field.type);
  if (target === undefined) return stored;
  const prefix = prefixOfTarget(catalog, target);
  const present = (item: JsonValue): JsonValue => (typeof item === 'string' ? encodeId(prefix, item) : item);
  return isList(stored) ? stored.map(present) : present(stored);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
