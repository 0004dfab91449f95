import { createBulkDelete } from '@winnow/bulk-delete';
import { encodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { relayEvent } from '@winnow/notification';
import { sql } from 'kysely';
import { createEngine, workToEnd } from './engine.ts';
import type { TestOrganization } from './factories.ts';
import { notificationDeps } from './notification.ts';
import { actorOf, requestFor } from './requests.ts';

/** Adds leads named `Lead 1`, `Lead 2`, … @returns their ids on the wire. */
export async function addLeads(db: Db, org: TestOrganization, n: number): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    insert into lead (id, organization_id, name)
    select gen_random_uuid(), ${org.organizationId}, 'Lead ' || i from generate_series(1, ${n}::integer) as i
    returning id
  `.execute(db);
  return rows.map(({ id }) => encodeId('lead', id));
}

/** Adds leads and deletes them all, without relaying what the outbox has of it. @returns their ids on the wire. */
export async function deleteLeads(
  db: Db,
  org: TestOrganization,
  n: number,
  { pageSize }: { readonly pageSize: number },
): Promise<readonly string[]> {
  const ids = await addLeads(db, org, n);
  const engine = createEngine(db, { pageSize });
  const { id } = await createBulkDelete(engine, actorOf(org), requestFor('lead', []));
  await workToEnd(engine, id);
  return ids;
}

/** Relays everything that waits in the outbox. */
export async function relayAll(db: Db): Promise<void> {
  const deps = notificationDeps(db);
  for (;;) {
    const next = await db
      .selectFrom('event')
      .select('id')
      .where('date_relayed', 'is', null)
      .limit(1)
      .executeTakeFirst();
    if (!next) return;
    await relayEvent(deps, next.id);
  }
}
