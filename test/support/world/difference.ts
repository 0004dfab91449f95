import type { OracleRow } from '../oracle/world.ts';
import type { AskedWorld } from './world-arbitrary.ts';
import type { AskedQuery } from './world-queries.ts';

interface Difference {
  readonly found: readonly string[];
  readonly expected: readonly OracleRow[];
  readonly where: string;
}

/** What was asked, and the records that only one of SQL and oracle found. */
export function describeDifference(
  { sQuery, sort, objectType }: AskedQuery,
  { world, frozen }: AskedWorld,
  difference: Difference,
) {
  const { found, expected, where } = difference;
  const rows = [...world.tables.values()].flat();
  const onlyFound = found.filter((id) => !expected.some((row) => row.id === id));
  const onlyExpected = expected.filter(({ id }) => !found.includes(id));
  return [
    `Object type: ${objectType ?? 'any'}`,
    `Query: ${JSON.stringify(sQuery)}`,
    `Sort: ${JSON.stringify(sort)}`,
    `Asked: ${JSON.stringify(frozen)}`,
    `SQL: ${where}`,
    ...onlyFound.map((id) => `Only SQL finds ${JSON.stringify(rows.find((row) => row.id === id) ?? id)}`),
    ...onlyExpected.map((row) => `Only the oracle finds ${JSON.stringify(row)}`),
    ...(onlyFound.length + onlyExpected.length === 0
      ? [`In another order: SQL ${found.join(', ')}; oracle ${expected.map(({ id }) => id).join(', ')}`]
      : []),
  ].join('\n');
}
