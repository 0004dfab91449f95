import { decodeId, type ObjectType } from '@winnow/catalog';
import { notFound } from '../../refusal.ts';

/** The UUID of an id in a path. @throws Refusal 404: what is no id of this type names no record. */
export function idOf(type: ObjectType, text: string): string {
  const id = decodeId(type.idPrefix, text);
  if (id === undefined) throw notFound(type.label.one);
  return id;
}
