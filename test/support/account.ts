import { decodeId } from '@winnow/catalog';
import { type Db, OUTCOMES, type Outcome } from '@winnow/db';
import { sql } from 'kysely';
import { expect } from 'vitest';
import type { HttpClient } from './http-client.ts';
import { readRows } from './rows.ts';

const RESULTS_LIMIT = 1000;

/** What a bulk delete of leads says has become of each of them. Ids are UUIDs. */
export interface Account {
  /** As the wire has it. */
  readonly record: Readonly<Record<string, unknown>>;
  readonly ids: Readonly<Record<Outcome, readonly string[]>>;
}

/**
 * Reads the account that a bulk delete of leads gives of itself, at most a thousand of each outcome, and holds it
 * against the rows: what it calls deleted is in its archive, and nothing else is; what it calls unprocessed is not; its
 * counts are the lengths of its lists and their sum is the set.
 * @param id `bulkdelete_…`, of one that nobody works on.
 */
export async function accountOf(db: Db, client: HttpClient, id: string): Promise<Account> {
  const { body: record } = await client.get(`bulk_action/delete/${id}/`);
  const ids: Record<Outcome, readonly string[]> = { deleted: [], not_found: [], failed: [], unprocessed: [] };
  for (const outcome of OUTCOMES) {
    ids[outcome] = await listIds(client, id, outcome);
    expect(ids[outcome], `n_objects_${outcome}`).toHaveLength(Number(record[`n_objects_${outcome}`] ?? 0));
  }
  const all = OUTCOMES.flatMap((outcome) => ids[outcome]);
  expect(new Set(all).size, 'objects that have one outcome').toBe(all.length);
  expect(all).toHaveLength(Number(record.n_objects ?? 0));

  const { rows } = await sql<{ id: string }>`
    select id from archive.lead where bulk_delete_id = ${decodeId('bulkdelete', id)}
  `.execute(db);
  expect([...ids.deleted].sort(), 'what is deleted, and what is archived').toEqual(
    rows.map((row) => row.id).sort(),
  );
  return { record, ids };
}

/** Leads of the organization that are there now, by id. */
export async function liveLeads(db: Db, organizationId: string): Promise<readonly string[]> {
  const rows = await readRows(db, 'lead');
  return [...rows].filter(([, text]) => text.includes(organizationId)).map(([id]) => id);
}

async function listIds(client: HttpClient, id: string, outcome: Outcome): Promise<readonly string[]> {
  const path = `bulk_action/delete/${id}/results/?outcome=${outcome}&_limit=${RESULTS_LIMIT}`;
  const { status, body } = await client.get(path);
  if (status !== 200 || !Array.isArray(body.data)) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body.data.map((result) => decodeId('lead', result.id) ?? '');
}
