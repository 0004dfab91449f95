import { sql } from 'kysely';
import type { Db } from '../connection.ts';

/** A bulk delete or an undo that has not ended. */
export interface Unfinished {
  readonly kind: 'delete' | 'undo';
  readonly id: string;
  readonly organization_id: string;
  readonly date_created: Date;
}

/** Every bulk delete and undo, of all organizations, that has not ended; the oldest first. */
export async function listUnfinished(db: Db): Promise<readonly Unfinished[]> {
  const { rows } = await sql<Unfinished>`
    select 'delete' as kind, id, organization_id, date_created from bulk_delete
    where status not in ('done', 'error', 'cancelled')
    union all
    select 'undo', id, organization_id, date_created from bulk_undo
    where status not in ('done', 'error', 'cancelled')
    order by date_created, id
  `.execute(db);
  return rows;
}
