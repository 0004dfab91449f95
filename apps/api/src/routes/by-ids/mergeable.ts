import type { ObjectType } from '@winnow/catalog';
import type { RootedObject } from '@winnow/db';
import { invalid, Refusal } from '../../refusal.ts';

/**
 * Makes sure that objects may become one: the one that stays is there, and all that are there belong to one root.
 * @param sentById what the client calls each of the others, by UUID.
 * @throws Refusal 404, or 400 that names those which belong elsewhere.
 */
export function assertMergeable(
  { label, name }: ObjectType,
  toId: string,
  found: readonly RootedObject[],
  sentById: ReadonlyMap<string, string>,
): void {
  const kept = found.find(({ id }) => id === toId);
  if (!kept) throw new Refusal(404, { error: `There is no ${label.one} with this primary_${name}_id.` });
  const elsewhere = found.filter(({ rootId }) => rootId !== kept.rootId);
  if (elsewhere.length === 0) return;
  throw invalid({
    [`duplicate_${name}_ids`]: `All must be of the lead of the primary ${label.one}. Of another one: ${elsewhere
      .slice(0, 10)
      .map(({ id }) => sentById.get(id) ?? id)
      .join(', ')}.`,
  });
}
