import { type Catalog, tableOf } from '@winnow/catalog';
import type { OracleRow, World } from './world.ts';

/** The rows that one organization can see. */
export interface Records {
  rowsOf(table: string): readonly OracleRow[];
  byId(table: string, id: unknown): OracleRow | undefined;
  /** Rows of `table` whose `column` holds this id. */
  pointingAt(table: string, column: string, id: string): readonly OracleRow[];
}

/** Everything else is left out here, once: what is not in it, no condition can reach. */
export function createRecords({ catalog, tables }: World, organizationId: string): Records {
  const own = new Map(
    [...tables].map(([table, rows]) => [
      table,
      rows.filter((row) => isOwn(catalog, table, row, organizationId)),
    ]),
  );
  const ids = new Map<string, ReadonlyMap<unknown, OracleRow>>();
  const pointers = new Map<string, ReadonlyMap<unknown, readonly OracleRow[]>>();
  const rowsOf = (table: string) => own.get(table) ?? [];
  return {
    rowsOf,
    byId(table, id) {
      const index = ids.get(table) ?? new Map(rowsOf(table).map((row) => [row.id, row]));
      ids.set(table, index);
      return index.get(id);
    },
    pointingAt(table, column, id) {
      const key = `${table}.${column}`;
      const index = pointers.get(key) ?? groupBy(rowsOf(table), column);
      pointers.set(key, index);
      return index.get(id) ?? [];
    },
  };
}

function groupBy(rows: readonly OracleRow[], column: string): ReadonlyMap<unknown, readonly OracleRow[]> {
  const groups = new Map<unknown, OracleRow[]>();
  for (const row of rows) {
    const group = groups.get(row[column]);
    if (group) group.push(row);
    else groups.set(row[column], [row]);
  }
  return groups;
}

function isOwn(catalog: Catalog, table: string, row: OracleRow, organizationId: string): boolean {
  const known = Object.hasOwn(catalog.tables, table);
  return row[known ? tableOf(catalog, table).tenantColumn : 'organization_id'] === organizationId;
}
