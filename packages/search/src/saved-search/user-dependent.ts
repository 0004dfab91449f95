import type { JsonValue } from '@winnow/db';

/** Whether a query of its own finds different objects for different users: whether `current_user` stands in it. */
export function isUserDependent(tree: JsonValue): boolean {
  if (typeof tree !== 'object' || tree === null) return false;
  const inner: readonly JsonValue[] = Object.values(tree);
  return ('type' in tree && tree.type === 'current_user') || inner.some(isUserDependent);
}
