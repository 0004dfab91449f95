import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { expect } from 'vitest';
import { requestFor } from './requests.ts';
import { countRows } from './rows.ts';

/** A request body for all leads of the organization. */
export const DELETE_ALL_LEADS = {
  s_query: requestFor('lead', []).sQuery,
  match_all: true,
  send_done_email: false,
};

/** Adds leads with two notes each. */
export async function insertLeadsWithNotes(db: Db, organizationId: string, n: number): Promise<void> {
  await sql`
    with made as (
      insert into lead (id, organization_id, name)
      select gen_random_uuid(), ${organizationId}, 'Lead ' || i from generate_series(1, ${n}) as i
      returning id
    )
    insert into activity (id, organization_id, type, lead_id)
    select gen_random_uuid(), ${organizationId}, 'note', id from made, generate_series(1, 2)
  `.execute(db);
}

/**
 * Expects that a bulk delete has taken `n` leads with two notes each: every one counted once, none left, each
 * in the archive once.
 * @param done as the wire has it.
 */
export async function expectAllDeleted(
  db: Db,
  done: Readonly<Record<string, unknown>>,
  n: number,
): Promise<void> {
  expect(done).toMatchObject({
    status: 'done',
    n_objects: n,
    n_objects_processed: n,
    n_objects_deleted: n,
    n_objects_not_found: 0,
    n_objects_failed: 0,
    n_leads_processed: n,
    deleted_counts: { lead: n, 'activity.note': 2 * n },
  });
  expect(await countRows(db, 'lead')).toBe(0);
  expect(await countRows(db, 'archive.lead')).toBe(n);
  expect(await countRows(db, 'archive.activity')).toBe(2 * n);
}

/** Events of bulk deletes with this action, however many bulk deletes there are. */
export async function countEvents(db: Db, action: string): Promise<number> {
  const rows = await db
    .selectFrom('event')
    .select('id')
    .where('object_type', '=', 'bulk_action.delete')
    .where('action', '=', action)
    .execute();
  return rows.length;
}
