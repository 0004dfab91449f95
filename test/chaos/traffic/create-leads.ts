import { decodeId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import type { Batch, CountedTable } from '../ledger/ledger.ts';
import { untilDone } from '../until-done.ts';
import type { Actor } from './actor.ts';
import { OddAnswerError } from './bulk-requests.ts';
import { noteBatch } from './make-batch.ts';
import type { PatientClient } from './patient-client.ts';

/** Makes leads by HTTP, each with a contact, an address, a note and an opportunity; every POST until it is accepted. */
export async function createLeads(actor: Actor, tag: string, n: number): Promise<Batch> {
  const { client, db, ledger, organizationId } = actor;
  const leads: string[] = [];
  for (let i = 0; i < n; i += 1) {
    const lead = await create(client, 'lead', `${tag}-${i}`, {
      name: `${tag} ${i}`,
      contacts: [{ name: `${tag} contact ${i}`, emails: [{ email: `${tag}-${i}@example.test` }] }],
      addresses: [{ city: 'Gotham' }],
    });
    await create(client, 'activity/note', `${tag}-${i}-note`, { lead_id: lead, note: tag });
    await create(client, 'opportunity', `${tag}-${i}-opportunity`, { lead_id: lead, note: tag });
    leads.push(lead);
  }
  const ids = await untilDone(() => findFamilies(db, leads.map(uuidOf)));
  return noteBatch(db, ledger, { organizationId, tag, ids });
}

async function create(client: PatientClient, path: string, key: string, body: unknown): Promise<string> {
  const answer = await client.ask('POST', `/api/v1/${path}/`, body, { idempotencyKey: key });
  const { id } = answer.body;
  if (answer.status !== 200 || typeof id !== 'string') throw new OddAnswerError(`POST of ${path}`, answer);
  return id;
}

function uuidOf(wireId: string): string {
  const id = decodeId('lead', wireId);
  if (id === undefined) throw new Error(`${wireId} is no id of a lead`);
  return id;
}

async function findFamilies(
  db: Db,
  leads: readonly string[],
): Promise<Readonly<Record<CountedTable, string[]>>> {
  const of = async (table: CountedTable): Promise<string[]> => {
    const { rows } = await sql<{ id: string }>`
      select id from ${sql.table(table)} where lead_id = any(${leads}::uuid[])
    `.execute(db);
    return rows.map(({ id }) => id);
  };
  const contact = await of('contact');
  const emails = await sql<{ id: string }>`
    select id from contact_email where contact_id = any(${contact}::uuid[])
  `.execute(db);
  return {
    lead: [...leads],
    contact,
    contact_email: emails.rows.map(({ id }) => id),
    address: await of('address'),
    opportunity: await of('opportunity'),
    task: [],
    activity: await of('activity'),
  };
}
