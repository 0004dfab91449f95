import { findBulkDelete, findBulkUndo, listUnfinished } from '@winnow/db';
import { ControlError, controlBulkDelete } from './control.ts';
import type { Actor, EngineDeps } from './engine.ts';
import { controlBulkUndo } from './undo/control.ts';

/** What has not ended, as it is after it was told to pause. */
export interface Held {
  readonly kind: 'delete' | 'undo';
  readonly id: string;
  readonly status: string;
  /** What is asked of it and not done yet. */
  readonly asked: string | null;
  readonly dateCreated: Date;
  readonly nProcessed: number;
  /** Null while its query has not been resolved. */
  readonly nObjects: number | null;
}

/**
 * Pauses everything that has not ended, of all organizations, so that no worker that starts later touches a record on
 * its behalf. What is being cancelled is left to be. It needs nobody but Postgres.
 * @returns each of them as it is afterwards; one that a worker has in hand is asked to pause, and stops with its page.
 */
export async function holdUnfinished(deps: EngineDeps): Promise<readonly Held[]> {
  const held: Held[] = [];
  for (const { kind, id, organization_id: organizationId } of await listUnfinished(deps.db)) {
    const actor = { organizationId, userId: null, apiKeyId: null, requestId: null, request: null };
    const found = kind === 'delete' ? await holdDelete(deps, actor, id) : await holdUndo(deps, actor, id);
    if (found) held.push(found);
  }
  return held;
}

async function holdDelete(deps: EngineDeps, actor: Actor, id: string): Promise<Held | undefined> {
  await unlessRefused(() => controlBulkDelete(deps, actor, { id, wanted: 'paused' }));
  const row = await findBulkDelete(deps.db, { organizationId: actor.organizationId, id });
  return (
    row && {
      kind: 'delete',
      id,
      status: row.status,
      asked: row.asked,
      dateCreated: row.date_created,
      nProcessed: row.n_objects_processed,
      nObjects: row.n_objects,
    }
  );
}

async function holdUndo(deps: EngineDeps, actor: Actor, id: string): Promise<Held | undefined> {
  await unlessRefused(() => controlBulkUndo(deps, actor, { id, wanted: 'paused' }));
  const row = await findBulkUndo(deps.db, { organizationId: actor.organizationId, id });
  return (
    row && {
      kind: 'undo',
      id,
      status: row.status,
      asked: row.asked,
      dateCreated: row.date_created,
      nProcessed: row.n_objects_restored + row.n_objects_failed + row.n_objects_not_found,
      nObjects: row.n_objects,
    }
  );
}

/** A refusal says that it ended meanwhile, or is being cancelled. */
async function unlessRefused(control: () => Promise<unknown>): Promise<void> {
  try {
    await control();
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
  }
}
