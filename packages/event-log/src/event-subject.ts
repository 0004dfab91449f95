import { type Catalog, findObjectType, type ObjectType } from '@winnow/catalog';
import type { JsonObject } from '@winnow/db';
import { hasRoutes } from '@winnow/records';

/**
 * The object types whose deletion and return are events, in the order of the catalog: those that have URLs. The others are parts
 * of their parent, and in its `previous_data` (reference, 5.3).
 */
export function eventfulTypes(catalog: Catalog): readonly ObjectType[] {
  return Object.values(catalog.objectTypes).filter(hasRoutes);
}

/** What the name of an object type in events stands for: objects of a type, or only those of one kind (`task.lead`). */
export interface EventSubject {
  readonly type: ObjectType;
  /** The value of the type's `eventKind` field; null for all kinds. */
  readonly kind: string | null;
}

/** What an object type's name, alias, or name with a kind means. Undefined when the catalog has no such type. */
export function findEventSubject(catalog: Catalog, name: string): EventSubject | undefined {
  const named = findObjectType(catalog, name);
  if (named) return { type: named, kind: null };
  const dot = name.lastIndexOf('.');
  const type = dot < 0 ? undefined : findObjectType(catalog, name.slice(0, dot));
  const kind = name.slice(dot + 1);
  return type && kindsOf(type).includes(kind) ? { type, kind } : undefined;
}

/** The kinds that events tell apart for a type; none for most. */
export function kindsOf({ fields, eventKind }: ObjectType): readonly string[] {
  if (eventKind === undefined || !Object.hasOwn(fields, eventKind)) return [];
  return fields[eventKind]?.values ?? [];
}

/** The name of an object's type in its events. @param shown the object on the wire. */
export function eventTypeName(type: ObjectType, shown: JsonObject): string {
  const kind = type.eventKind === undefined ? undefined : shown[type.eventKind];
  return namedByKind(type, typeof kind === 'string' ? kind : null);
}

/** The same by the kind itself. */
export function namedByKind({ name }: ObjectType, kind: string | null): string {
  return kind === null ? name : `${name}.${kind}`;
}
