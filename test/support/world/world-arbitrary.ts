import { type Catalog, CRM_CATALOG } from '@winnow/catalog';
import fc from 'fast-check';
import type { Frozen, OracleRow, World } from '../oracle/world.ts';
import { WORLD_CUSTOM_FIELDS } from './custom-values.ts';
import type { Facts } from './facts.ts';
import { frozenTime } from './moments.ts';
import { ROW_COUNTS, ROWS } from './rows.ts';

/** Records of two organizations, and what one of them asks from. */
export interface AskedWorld {
  readonly world: World;
  readonly frozen: Frozen;
  readonly organizationIds: readonly string[];
  readonly users: readonly string[];
}

const tableIds: fc.Arbitrary<Facts['ids']> = fc.record(
  Object.fromEntries(
    Object.entries(ROW_COUNTS).map(([table, [minLength, maxLength]]) => [
      table,
      fc.uniqueArray(fc.uuid(), { minLength, maxLength, size: 'max' }),
    ]),
  ),
);

/** Rows of one organization by table, parents before children. */
function rowsOf(facts: Facts): fc.Arbitrary<Readonly<Record<string, readonly OracleRow[]>>> {
  return fc.record(
    Object.fromEntries(
      Object.entries(ROWS).map(([table, arbitrary]) => [
        table,
        fc.tuple(
          ...(facts.ids[table] ?? []).map((id) =>
            arbitrary(facts).map((row) => ({ ...row, id, organization_id: facts.organizationId })),
          ),
        ),
      ]),
    ),
  );
}

/**
 * The same users in both organizations, so that a query that reached the other would find something there. Saved
 * searches are added by those who make queries.
 */
export function askedWorld(catalog: Catalog = CRM_CATALOG): fc.Arbitrary<AskedWorld> {
  const facts = fc.record({
    frozen: frozenTime,
    users: fc.uniqueArray(fc.uuid(), { minLength: 3, maxLength: 3 }),
    organizationIds: fc.uniqueArray(fc.uuid(), { minLength: 2, maxLength: 2 }),
    ids: fc.tuple(tableIds, tableIds),
  });
  return facts.chain(({ frozen, users, organizationIds, ids }) => {
    const both = organizationIds.map((organizationId, index) =>
      rowsOf({ organizationId, frozen, users, ids: ids[index] ?? {} }),
    );
    return fc.tuple(...both).map((organizations) => ({
      organizationIds,
      users,
      frozen: { ...frozen, userId: users[0] ?? '', organizationId: organizationIds[0] ?? '' },
      world: {
        catalog,
        customFields: WORLD_CUSTOM_FIELDS,
        savedSearches: new Map(),
        tables: new Map(
          Object.keys(ROWS).map((table) => [table, organizations.flatMap((rows) => rows[table] ?? [])]),
        ),
      },
    }));
  });
}
