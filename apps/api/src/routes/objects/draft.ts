import type { ObjectType } from '@winnow/catalog';
import type { JsonValue } from '@winnow/db';
import type { ObjectContext } from './context.ts';

/** An object out of a request's body: checked, turned into columns, not yet written. */
export interface Draft {
  readonly objectType: ObjectType;
  /** UUID of the new object; of the object that is changed, for a PUT. */
  readonly id: string;
  /** Where it stands in the body: empty for the body itself, `contacts[0]` for a part. */
  readonly path: string;
  /** By column of the object's table. */
  readonly values: Readonly<Record<string, JsonValue>>;
  /** By plain UUID of the custom field. */
  readonly custom: { readonly set: Readonly<Record<string, JsonValue>>; readonly unset: readonly string[] };
  /** The embedded arrays that the body has, by name. An empty one says: no parts. */
  readonly parts: Readonly<Record<string, readonly Draft[]>>;
}

/** A record that must exist in the organization before the draft may be written. */
export interface Reference {
  /** Where it stands in the body. */
  readonly path: string;
  /** The object type, or `user`. */
  readonly target: string;
  /** Plain UUID. */
  readonly id: string;
}

export function joinPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** A body that is being read: what is wrong with it, and what it refers to, is collected as it is walked. */
export interface Reading {
  readonly context: ObjectContext;
  readonly mode: 'create' | 'patch';
  readonly fieldErrors: Record<string, string>;
  readonly references: Reference[];
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A key of the body itself: one named like something of Object's is not there unless the client sent it. */
export function own(body: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(body, key) ? body[key] : undefined;
}
