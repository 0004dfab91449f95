import {
  type Catalog,
  type CustomFieldType,
  findObjectType,
  ID_PREFIX,
  type ObjectType,
  objectTypeOf,
} from '@winnow/catalog';
import type { LinkTarget } from './plan.ts';

const USER = 'user';
const USER_KEYS = ['id', 'email'];

/**
 * What a reference is looked up in.
 * @param target the field's `target`: an object type, or `user`.
 * @param key `id`, or a text field of the target that people know it by: `external_id`, `label`, `name`, …
 * @returns a sentence when the target has no such key.
 */
export function linkTarget(
  catalog: Catalog,
  target: string,
  key: string,
  mayCreate: boolean,
): LinkTarget | string {
  if (target === USER && findObjectType(catalog, USER) === undefined) {
    if (!USER_KEYS.includes(key)) return `users are found by ${USER_KEYS.join(' or ')}, not by ${key}`;
    return {
      objectType: null,
      label: USER,
      key,
      column: key,
      idPrefix: ID_PREFIX.user,
      mayCreate: false,
    };
  }
  const objectType = objectTypeOf(catalog, target);
  const column = key === 'id' ? 'id' : textColumn(objectType, key);
  if (column === undefined) return `${objectType.label.many} cannot be found by ${key}`;
  return {
    objectType,
    label: objectType.label.one,
    key,
    column,
    idPrefix: objectType.idPrefix,
    // What people work on is imported by itself; what only classifies it (statuses, campaigns) may come with it.
    mayCreate: mayCreate && key !== 'id' && objectType.bulkName === undefined,
  };
}

/** The target of a custom field's values; undefined when they are no references. */
export function customTarget(catalog: Catalog, type: CustomFieldType): string | undefined {
  return type === USER ? USER : findObjectType(catalog, type)?.name;
}

function textColumn(objectType: ObjectType, key: string): string | undefined {
  const field = Object.hasOwn(objectType.fields, key) ? objectType.fields[key] : undefined;
  return field?.kind === 'text' && field.source.from === 'column' ? field.source.column : undefined;
}
