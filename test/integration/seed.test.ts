import { randomBytes } from 'node:crypto';
import { CRM_CATALOG } from '@winnow/catalog';
import { type Db, inspectSchema } from '@winnow/db';
import { seedLeads } from '@winnow/seed';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase, createOrganization, type TestOrganization } from '../support/index.ts';

let db: Db;
let url: string;
let org: TestOrganization;
beforeAll(async () => {
  ({ db, url } = await createDatabase());
});
beforeEach(async () => {
  org = await createOrganization(db);
});

const seed = (leads: number, more: Partial<Parameters<typeof seedLeads>[0]> = {}) =>
  seedLeads({ connectionString: url, ...org, leads, seed: 42, ...more });

async function countWhere(table: string, condition: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from ${sql.table(table)}
    where organization_id = ${org.organizationId} and ${sql.raw(condition)}
  `.execute(db);
  return rows[0]?.n ?? 0;
}

/** Links of the organization that lead nowhere, or to another organization. */
async function findBrokenLinks(): Promise<readonly string[]> {
  const { foreignKeys } = await inspectSchema(db, CRM_CATALOG);
  const broken: string[] = [];
  for (const { table, column, references } of foreignKeys) {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from ${sql.table(table)} as c
      left join ${sql.table(references)} as p on p.id = c.${sql.id(column)} and p.organization_id = c.organization_id
      where c.organization_id = ${org.organizationId} and c.${sql.id(column)} is not null and p.id is null
    `.execute(db);
    if (rows[0]?.n !== 0) broken.push(`${table}.${column}: ${rows[0]?.n}`);
  }
  return broken;
}

describe('seedLeads', () => {
  it('leaves whole families whose links all hold, although no foreign key was checked', async () => {
    const report = await seed(7001);
    expect(report).toMatchObject({ leads: 7001, withoutForeignKeyChecks: true });
    expect(await countWhere('lead', 'true')).toBe(7001);
    expect(await findBrokenLinks()).toEqual([]);
    for (const [table, rows] of Object.entries(report.rows))
      expect(await countWhere(table, 'true')).toBe(rows);
  });

  it('gives values that the columns and their indexes understand: words, moments, numbers, statuses', async () => {
    await seed(2000);
    expect(await countWhere('lead', "winnow_tsvector(name) @@ winnow_all_words('MULLER')")).toBeGreaterThan(
      0,
    );
    expect(await countWhere('lead', "date_created between now() - interval '4 years' and now()")).toBe(2000);
    expect(await countWhere('lead', "external_id = 'seed-42-0000000'")).toBe(1);
    expect(await countWhere('opportunity', 'value between 10000 and 5000000')).toBe(
      await countWhere('opportunity', 'true'),
    );
    for (const type of ['active', 'won', 'lost'])
      expect(
        await countWhere(
          'opportunity',
          `status_id in (select id from opportunity_status where type = '${type}')`,
        ),
      ).toBeGreaterThan(50);
  });

  it('has what the computed fields tell of: pipelines, time zones, custom objects, dates of all activities', async () => {
    await seed(1000);
    expect(await countWhere('opportunity_status', 'pipeline_id is null')).toBe(0);
    expect(await countWhere('pipeline', 'true')).toBe(2);
    expect(await countWhere('contact', 'now() at time zone timezone is not null')).toBeGreaterThan(500);
    expect(await countWhere('contact', 'timezone is null')).toBeGreaterThan(100);
    expect(await countWhere('custom_object', "custom_object_type_id like 'cotype_%'")).toBeGreaterThan(50);
    expect(await countWhere('activity', "attachments <> '[]' or activity_at > now()")).toBe(0);
    expect(
      await countWhere('activity', "type = 'email' and (direction = 'incoming') <> (status = 'inbox')"),
    ).toBe(0);
    expect(await countWhere('lead', 'date_status_changed is distinct from date_created')).toBe(0);
    for (const status of ['completed', 'canceled', 'declined', 'upcoming'])
      expect(await countWhere('activity', `type = 'meeting' and status = '${status}'`)).toBeGreaterThan(0);
    await seed(10);
    expect(await countWhere('pipeline', 'true')).toBe(2);
  });

  it('works, with every key checked, for a role that may not switch the checks off', async () => {
    const role = `plain_${randomBytes(6).toString('hex')}`;
    const plain = new URL(url);
    plain.username = role;
    plain.password = 'secret';
    await sql.raw(`create role ${role} login password 'secret'`).execute(db);
    await sql.raw(`grant all on all tables in schema public to ${role}`).execute(db);
    try {
      const report = await seed(100, { connectionString: plain.href });
      expect(report).toMatchObject({ leads: 100, withoutForeignKeyChecks: false });
      expect(await findBrokenLinks()).toEqual([]);
    } finally {
      await sql.raw(`drop owned by ${role}`).execute(db);
      await sql.raw(`drop role ${role}`).execute(db);
    }
  });

  it('checks every key where a trigger of a user would be skipped otherwise', async () => {
    await sql`create function count_notes() returns trigger language plpgsql as 'begin return new; end'`.execute(
      db,
    );
    await sql`create trigger notes after insert on lead for each row execute function count_notes()`.execute(
      db,
    );
    try {
      expect(await seed(10)).toMatchObject({ leads: 10, withoutForeignKeyChecks: false });
    } finally {
      await sql`drop function count_notes() cascade`.execute(db);
    }
  });

  it('says what is wrong with a count that makes no sense, and makes nothing of none', async () => {
    await expect(seed(1.5)).rejects.toThrow(/whole number/);
    await expect(seed(-1)).rejects.toThrow(/whole number/);
    expect(await seed(0)).toMatchObject({ leads: 0, children: 0 });
  });
});
