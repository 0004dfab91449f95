import { type Catalog, objectTypesIn } from '@winnow/catalog';
import type { DeletedCounts, DeletedRows } from '@winnow/db';

/** Rows by table and type column, added up by object type name; types without a row are left out. */
export function countByObjectType(catalog: Catalog, rows: readonly DeletedRows[]): DeletedCounts {
  const counts: Record<string, number> = {};
  for (const { table_name, type, n } of rows) {
    const objectType = objectTypesIn(catalog, table_name).find(
      ({ typeValue }) => typeValue === undefined || typeValue === type,
    );
    const name = objectType?.name ?? table_name;
    if (n > 0) counts[name] = (counts[name] ?? 0) + n;
  }
  return counts;
}
