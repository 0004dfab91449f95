import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { archiveKey, linkKey, rowKey, TABLES, type Values, type World } from './world.ts';

const OF_THE_ARCHIVE = ['bulk_delete_id', 'page_no', 'date_archived'];

/** The world as Postgres has it, at one moment. */
export async function readWorld(db: Db): Promise<World> {
  const tables = TABLES.flatMap((table) => [
    sql`select ${table}::text as tbl, id, null::uuid as job_id, null::int as page_no, to_jsonb(t) as values
        from ${sql.table(table)} as t`,
    sql`select ${table}::text, id, bulk_delete_id, page_no, to_jsonb(t) - ${OF_THE_ARCHIVE}::text[]
        from ${sql.table(`archive.${table}`)} as t`,
  ]);
  const links = sql`select null::text, row_id, bulk_delete_id, page_no, to_jsonb(t) from archive.detached_link as t`;
  const { rows } = await sql<{
    tbl: string | null;
    id: string;
    job_id: string | null;
    page_no: number;
    values: Values;
  }>`${sql.join([...tables, links], sql` union all `)}`.execute(db);
  const world = {
    live: new Map<string, Values>(),
    archive: new Map<string, Values>(),
    links: new Set<string>(),
  };
  for (const { tbl, id, job_id, page_no, values } of rows) {
    if (job_id === null) {
      world.live.set(rowKey(tbl ?? '', id), values);
      continue;
    }
    const place = { jobId: job_id, pageNo: page_no };
    if (tbl === null) {
      const [table, column, targetId] = [values.table_name, values.column_name, values.target_id].map(String);
      const key = linkKey(place, {
        table: table ?? '',
        column: column ?? '',
        rowId: id,
        targetId: targetId ?? '',
      });
      if (world.links.has(key)) throw new Error(`The archive has the cut link ${key} twice.`);
      world.links.add(key);
    } else {
      const key = archiveKey(place, tbl, id);
      if (world.archive.has(key)) throw new Error(`The archive has ${key} twice.`);
      world.archive.set(key, values);
    }
  }
  return world;
}

/** The first differences between what the model says and what there is; empty when they are equal to the byte. */
export function compareWorlds(said: World, found: World): readonly string[] {
  return [
    ...compareMaps('live', said.live, found.live),
    ...compareMaps('archived', said.archive, found.archive),
    ...[...said.links]
      .filter((key) => !found.links.has(key))
      .map((key) => `cut link ${key} is not in the archive`),
    ...[...found.links]
      .filter((key) => !said.links.has(key))
      .map((key) => `cut link ${key} is in the archive`),
  ].slice(0, 8);
}

function compareMaps(
  where: string,
  said: ReadonlyMap<string, Values>,
  found: ReadonlyMap<string, Values>,
): readonly string[] {
  return [...new Set([...said.keys(), ...found.keys()])].flatMap((key) => {
    const [expected, actual] = [said.get(key), found.get(key)].map(
      (values) => values && JSON.stringify(values),
    );
    if (expected === actual) return [];
    if (actual === undefined) return [`${where} ${key} is missing`];
    return [
      expected === undefined ? `${where} ${key} is there` : `${where} ${key} is ${actual}, not ${expected}`,
    ];
  });
}
