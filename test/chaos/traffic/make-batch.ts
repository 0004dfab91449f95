import { newId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { readRows } from '../../support/rows.ts';
import {
  type Batch,
  COUNTED_TABLES,
  type CountedTable,
  digestOf,
  type KnownRow,
  type Ledger,
} from '../ledger/ledger.ts';
import { untilDone } from '../until-done.ts';

type Row = Readonly<Record<string, string>>;

/**
 * Makes leads, each with a contact (with e-mail), an address, an opportunity, a task and two notes, in one transaction,
 * as an import would, and writes them into the ledger.
 */
export async function makeBatch(
  db: Db,
  ledger: Ledger,
  {
    organizationId,
    tag,
    leads,
  }: { readonly organizationId: string; readonly tag: string; readonly leads: number },
): Promise<Batch> {
  const rows = rowsOf(organizationId, tag, leads);
  const ids = idsOf(rows);
  await untilDone(() =>
    db.transaction().execute(async (trx) => {
      // A commit whose answer was lost: it is there, or it never will be.
      const made = await sql`select from lead where id = ${ids.lead[0]}`.execute(trx);
      if (made.rows.length > 0) return;
      for (const table of COUNTED_TABLES) await insert(trx, table, rows[table]);
    }),
  );
  return noteBatch(db, ledger, { organizationId, tag, ids });
}

/** Writes rows that are there into the ledger, as they are. */
export async function noteBatch(
  db: Db,
  ledger: Ledger,
  made: Pick<Batch, 'organizationId' | 'tag' | 'ids'>,
): Promise<Batch> {
  const batch: Batch = { ...made, asks: [] };
  const known: [string, KnownRow][] = [];
  for (const table of COUNTED_TABLES) {
    for (const [id, text] of await untilDone(() => readChosen(db, table, made.ids[table])))
      known.push([id, { table, batch, digest: digestOf(text) }]);
  }
  ledger.addBatch(batch, known);
  return batch;
}

async function readChosen(db: Db, table: CountedTable, ids: readonly string[]) {
  const found = await readRows(db, table, [], ids);
  if (found.size !== ids.length)
    throw new Error(`${ids.length} rows of ${table} were made, ${found.size} are there`);
  return found;
}

function rowsOf(
  organizationId: string,
  tag: string,
  leads: number,
): Readonly<Record<CountedTable, readonly Row[]>> {
  const families = Array.from({ length: leads }, (_, i) => {
    const lead = { id: newId(), organization_id: organizationId, name: `${tag} ${i}` };
    const own = (more: Row): Row => ({
      id: newId(),
      organization_id: organizationId,
      lead_id: lead.id,
      ...more,
    });
    const contact = own({ name: `${tag} contact ${i}` });
    const email = {
      id: newId(),
      organization_id: organizationId,
      contact_id: String(contact.id),
      email: `${tag}-${i}@example.test`,
    };
    return {
      lead: [lead],
      contact: [contact],
      contact_email: [email],
      address: [own({ city: 'Gotham' })],
      opportunity: [own({ note: tag })],
      task: [own({ text: tag })],
      activity: [own({ type: 'note', note: tag }), own({ type: 'note', note: `${tag} again` })],
    };
  });
  const of = (table: CountedTable) => families.flatMap((family) => family[table]);
  return {
    lead: of('lead'),
    contact: of('contact'),
    contact_email: of('contact_email'),
    address: of('address'),
    opportunity: of('opportunity'),
    task: of('task'),
    activity: of('activity'),
  };
}

function idsOf(rows: Readonly<Record<CountedTable, readonly Row[]>>): Batch['ids'] {
  const of = (table: CountedTable) => rows[table].map((row) => String(row.id));
  return {
    lead: of('lead'),
    contact: of('contact'),
    contact_email: of('contact_email'),
    address: of('address'),
    opportunity: of('opportunity'),
    task: of('task'),
    activity: of('activity'),
  };
}

async function insert(db: Db, table: CountedTable, rows: readonly Row[]): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const columns = Object.keys(first);
  const values = rows.map((row) => sql`(${sql.join(columns.map((column) => row[column]))})`);
  await sql`
    insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.id(column)))})
    values ${sql.join(values)}
  `.execute(db);
}
