import { newId } from '@winnow/catalog';
import { type BulkDeleteRow, findBulkDelete } from '@winnow/db';
import type { Actor, EngineDeps } from './engine.ts';

/** One of the times that a request is begun: a client repeats it when it had no answer. */
export interface Beginning {
  /** UUID of the bulk delete, the same each time: its primary key keeps it single. */
  readonly id: string;
  /**
   * An earlier beginning may have made it. It is looked for before anything is checked, because what the first one was
   * allowed may be refused by now: a preview token expires, a saved search goes.
   */
  readonly mayBeMade: boolean;
}

/** Of a request that comes once. */
export function firstBeginning(): Beginning {
  return { id: newId(), mayBeMade: false };
}

/** What an earlier beginning made; undefined when it did not come so far. */
export function findMade(
  { db }: Pick<EngineDeps, 'db'>,
  { organizationId }: Actor,
  { id }: Beginning,
): Promise<BulkDeleteRow | undefined> {
  return findBulkDelete(db, { organizationId, id });
}

/** The same when it must be there. @throws when the id is of another organization: a fault of ours. */
export async function getMade(
  deps: Pick<EngineDeps, 'db'>,
  actor: Actor,
  beginning: Beginning,
): Promise<BulkDeleteRow> {
  const row = await findMade(deps, actor, beginning);
  if (!row) throw new Error(`the id ${beginning.id} is another organization's bulk delete`);
  return row;
}
