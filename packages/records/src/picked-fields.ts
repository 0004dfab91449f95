import type { JsonObject, JsonValue } from '@winnow/db';

/** Which top-level fields of an answer are wanted. */
export interface PickedFields {
  /** Undefined: nothing was picked, so all usual fields are wanted. */
  readonly names: ReadonlySet<string> | undefined;
}

/** Reads `_fields=id,name` (reference, 4.3). None, or an empty one, picks nothing out. */
export function readFields(parameter: string | readonly string[] | undefined): PickedFields {
  const names = [parameter ?? []]
    .flat()
    .flatMap((part) => part.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return { names: names.length > 0 ? new Set(names) : undefined };
}

export function isPicked({ names }: PickedFields, name: string): boolean {
  return names === undefined || names.has(name);
}

/** The object with only the picked fields. */
export function pickFields(object: JsonObject, picked: PickedFields): JsonObject {
  if (picked.names === undefined) return object;
  const entries: [string, JsonValue][] = Object.entries(object).filter(([name]) => isPicked(picked, name));
  return Object.fromEntries(entries);
}
