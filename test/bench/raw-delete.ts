import { CRM_CATALOG } from '@winnow/catalog';
import { type Db, inspectSchema } from '@winnow/db';
import { sql } from 'kysely';

/**
 * What a person would do without Winnow: the same foreign keys with ON DELETE CASCADE or SET NULL, as the catalog's
 * relations say, and one DELETE. No archive, no counts, no way to stop it.
 * @returns milliseconds of the DELETE alone.
 */
export async function measureRawDelete(db: Db, organizationId: string): Promise<number> {
  await makeKeysCascade(db);
  await sql`analyze`.execute(db);
  const started = performance.now();
  await sql`delete from lead where organization_id = ${organizationId}`.execute(db);
  return performance.now() - started;
}

async function makeKeysCascade(db: Db): Promise<void> {
  const { foreignKeys } = await inspectSchema(db, CRM_CATALOG);
  for (const key of foreignKeys) {
    const relation = CRM_CATALOG.tables[key.table]?.relations.find(({ column }) => column === key.column);
    if (!relation) throw new Error(`${key.name} is not in the catalog`);
    const table = sql.table(key.table);
    const onDelete =
      relation.onDelete === 'cascade'
        ? sql`on delete cascade`
        : sql`on delete set null (${sql.id(key.column)})`;
    await sql`alter table ${table} drop constraint ${sql.id(key.name)}`.execute(db);
    await sql`
      alter table ${table} add constraint ${sql.id(key.name)}
      foreign key (organization_id, ${sql.id(key.column)}) references ${sql.table(key.references)} (organization_id, id)
      ${onDelete}
    `.execute(db);
  }
}
