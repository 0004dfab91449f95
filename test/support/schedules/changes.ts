import { newId } from '@winnow/catalog';
import { type Db, errorCode } from '@winnow/db';
import { type RawBuilder, sql } from 'kysely';
import type { Change } from './schedule.ts';
import { linksOf, rowKey, splitKey, type Values, type World } from './world.ts';

/** A text of a row that anybody may change. */
const TEXTS: Readonly<Record<string, string>> = {
  lead: 'name',
  contact: 'name',
  opportunity: 'note',
  task: 'text',
  activity: 'note',
  document: 'name',
};

export interface ChangeAsk {
  readonly change: Change;
  readonly pick: number;
  readonly other: number;
  readonly organizationId: string;
  readonly otherOrganizationId: string;
}

/**
 * Does to the objects what somebody else may do meanwhile, and has it witnessed in the same transaction. What the
 * database refuses does not happen.
 */
export async function changeByOthers(db: Db, world: World, ask: ChangeAsk): Promise<void> {
  const statement = statementFor(world, ask);
  if (!statement) return;
  const { table, change } = statement;
  await db
    .transaction()
    .execute(async (trx) => {
      const before = statement.id === null ? undefined : await readRow(trx, table, statement.id);
      const { rows } = await sql<{
        row: Values;
      }>`${change} returning to_jsonb(${sql.table(table)}) as row`.execute(trx);
      const row = rows[0]?.row;
      if (!row) return;
      const was = before && JSON.stringify({ table, row: before });
      const is = ask.change === 'delete' ? null : JSON.stringify({ table, row });
      await sql`
        insert into witness (what, before, after) values ('foreign', ${was ?? null}::jsonb, ${is}::jsonb)
      `.execute(trx);
    })
    .catch((error: unknown) => {
      // A constraint, or the trigger that refuses a deletion.
      if (!errorCode(error).startsWith('23') && errorCode(error) !== 'P0001') throw error;
    });
}

async function readRow(db: Db, table: string, id: string): Promise<Values | undefined> {
  const { rows } = await sql<{ row: Values }>`
    select to_jsonb(t) as row from ${sql.table(table)} as t where id = ${id} for update
  `.execute(db);
  return rows[0]?.row;
}

interface Statement {
  readonly table: string;
  /** Of the row that it changes; null when there is none yet. */
  readonly id: string | null;
  readonly change: RawBuilder<unknown>;
}

function statementFor(world: World, ask: ChangeAsk): Statement | undefined {
  const { pick, other, organizationId, otherOrganizationId } = ask;
  const own = [...world.live]
    .filter(([, values]) => values.organization_id === organizationId)
    .map(([key]) => key)
    .sort();
  const among = (...tables: readonly string[]) => own.filter((key) => tables.includes(splitKey(key)[0]));
  const id = (n: number, ...tables: readonly string[]) => {
    const key = choose(among(...tables), n);
    return key === undefined ? null : splitKey(key)[1];
  };
  switch (ask.change) {
    case 'delete':
      return changeOf(choose(own, pick), (table, row) => sql`delete from ${table} where id = ${row}`);
    case 'edit':
      return changeOf(choose(among(...Object.keys(TEXTS)), pick), (table, row, name) => {
        const text = ['another', 'edited'][other % 2];
        return sql`update ${table} set ${sql.id(TEXTS[name] ?? 'name')} = ${text} where id = ${row}`;
      });
    case 'move':
      return changeOf(choose(among(...Object.keys(TEXTS)), pick), (table, row, name) => {
        const cut = linksOf(name).map(([column]) => sql`, ${sql.id(column)} = null`);
        return sql`update ${table} set organization_id = ${otherOrganizationId} ${sql.join(cut, sql``)} where id = ${row}`;
      });
    case 'link':
      return changeOf(choose(among('opportunity', 'task', 'activity', 'document'), pick), (table, row) => {
        return sql`update ${table} set contact_id = ${id(other, 'contact')} where id = ${row}`;
      });
    case 'insert': {
      const table = ['lead', 'contact', 'activity', 'document'][pick % 4] ?? 'lead';
      return insertionOf(table, newId(), organizationId, {
        lead_id: id(other, 'lead'),
        contact_id: id(other, 'contact'),
      });
    }
    case 'make again': {
      const [, , table = '', again = ''] = choose([...world.archive.keys()].sort(), pick)?.split('/') ?? [];
      if (!Object.hasOwn(TEXTS, table) || world.live.has(rowKey(table, again))) return undefined;
      const whose = other % 3 === 0 ? otherOrganizationId : organizationId;
      return insertionOf(table, again, whose, { lead_id: id(other, 'lead'), contact_id: null });
    }
  }
}

function changeOf(
  key: string | undefined,
  change: (table: RawBuilder<unknown>, id: string, name: string) => RawBuilder<unknown>,
): Statement | undefined {
  if (key === undefined) return undefined;
  const [table, id] = splitKey(key);
  return { table, id, change: change(sql.table(table), id, table) };
}

function insertionOf(
  table: string,
  id: string,
  organizationId: string,
  links: { readonly lead_id: string | null; readonly contact_id: string | null },
): Statement {
  const values: Record<string, unknown> = { id, organization_id: organizationId };
  for (const [column] of linksOf(table)) {
    if (column === 'lead_id') values[column] = links.lead_id;
    if (column === 'contact_id') values[column] = links.contact_id;
  }
  if (table === 'activity') values.type = 'note';
  if (table === 'lead' || table === 'document') values.name = 'another';
  const columns = sql.join(Object.keys(values).map((column) => sql.id(column)));
  const change = sql`insert into ${sql.table(table)} (${columns}) values (${sql.join(Object.values(values))})`;
  return { table, id: null, change };
}

function choose<T>(among: readonly T[], n: number): T | undefined {
  return among[n % Math.max(among.length, 1)];
}
