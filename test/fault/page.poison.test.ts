import { encodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeEach, expect, it } from 'vitest';
import {
  ALL_LEADS,
  buildRefusingTrigger,
  countRows,
  createDatabase,
  createOrganization,
  describeOnEachQueue,
  type FaultProcesses,
  insertFaultLeads,
  insertRow,
  queueFor,
  type RefusingTrigger,
  readRows,
  startFaultProcesses,
  type TestOrganization,
} from '../support/index.ts';

let db: Db;
let url: string;
let org: TestOrganization;
let leads: number;
let trigger: RefusingTrigger;

beforeEach(async () => {
  ({ db, url } = await createDatabase());
  org = await createOrganization(db);
  leads = await insertFaultLeads(db, org);
  trigger = await buildRefusingTrigger(db, 'lead');
});

const leadNo = (i: number) => `00000000-0000-7000-8000-${String(i).padStart(12, '0')}`;

describeOnEachQueue('records that cannot be deleted', (backend) => {
  const start = async (): Promise<FaultProcesses> =>
    startFaultProcesses((await queueFor(backend, url)).env, org);

  it('are isolated, one that a trigger refuses and one that a foreign key outside the catalog holds: each with code and message; the rest is deleted', async () => {
    await trigger.refuse([leadNo(7)]);
    await sql`create table invoice (id uuid primary key, lead_id uuid not null references lead (id))`.execute(
      db,
    );
    await insertRow(db, 'invoice', { lead_id: leadNo(33) });
    const { client } = await start();

    const id = await client.startBulkDelete(ALL_LEADS);

    expect(await client.waitForEnd(id)).toMatchObject({
      status: 'done',
      n_objects_deleted: leads - 2,
      n_objects_failed: 2,
      n_objects_unprocessed: 0,
      deleted_counts: { lead: leads - 2, 'activity.note': 2 * (leads - 2) },
      waiting_reason: null,
    });
    const failed = await client.get(`bulk_action/delete/${id}/results/?outcome=failed`);
    expect(failed.body.data).toMatchObject([
      { id: encodeId('lead', leadNo(7)), outcome: 'failed', code: 'P0001', message: 'this one stays' },
      {
        id: encodeId('lead', leadNo(33)),
        outcome: 'failed',
        code: '23503',
        message: expect.stringContaining('invoice'),
      },
    ]);
    expect([...(await readRows(db, 'lead')).keys()]).toEqual([leadNo(7), leadNo(33)]);
    // What belongs to them stays with them.
    expect(await countRows(db, 'activity')).toBe(4);
  });

  it('end it when they are 60 % of all and max_failures allows 20 %: in error, with the rest unprocessed and untouched', async () => {
    const poisoned = Array.from({ length: leads }, (_, i) => i + 1).filter((i) => i % 5 < 3);
    await trigger.refuse(poisoned.map(leadNo));
    const { client } = await start();

    const id = await client.startBulkDelete({ ...ALL_LEADS, max_failures: { percent: 20, after: 10 } });

    const ended = await client.waitForEnd(id);
    expect(ended).toMatchObject({ status: 'error', error_message: expect.stringContaining('max_failures') });
    const [deleted, failed, unprocessed] = [
      Number(ended.n_objects_deleted),
      Number(ended.n_objects_failed),
      Number(ended.n_objects_unprocessed),
    ];
    expect(unprocessed).toBeGreaterThanOrEqual(leads - 20);
    expect(deleted + failed + unprocessed).toBe(leads);
    expect(await countRows(db, 'lead')).toBe(leads - deleted);
    expect(await countRows(db, 'archive.lead')).toBe(deleted);
    expect(await countRows(db, 'bulk_delete_failure')).toBe(failed);
  });
});
