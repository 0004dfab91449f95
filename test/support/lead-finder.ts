import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { compileJson, type QueryInput } from './compiled-query.ts';
import { createDatabase } from './database.ts';
import { createOrganization } from './factories.ts';
import { not, query } from './query-json.ts';
import { insertQueryLeads, type LeadLabel, type QueryLeads } from './query-leads.ts';

export const LEAD_LABELS: readonly LeadLabel[] = ['acme', 'globex', 'percent', 'accents', 'bare'];

/** Runs queries for one organization, beside another with the same records. */
export interface LeadFinder {
  readonly db: Db;
  readonly mine: QueryLeads;
  /** The same again: whatever a query finds, it must not find it here. */
  readonly theirs: QueryLeads;
  compile(json: unknown, input?: QueryInput): ReturnType<typeof compileJson>;
  /** Ids that a query finds, in its order. */
  selectIds(json: unknown, input?: QueryInput): Promise<readonly string[]>;
  /** Labels of the leads that a node finds, in order; undefined for any other record. */
  findLeads(node: unknown, input?: QueryInput): Promise<readonly (LeadLabel | undefined)[]>;
}

/** A fresh database with two organizations of five leads each. */
export async function createLeadFinder(): Promise<LeadFinder> {
  const { db } = await createDatabase();
  const mine = await insertQueryLeads(db, await createOrganization(db));
  const theirs = await insertQueryLeads(db, await createOrganization(db));
  const compile = (json: unknown, input: QueryInput = {}) =>
    compileJson(json, { tenantId: mine.org.organizationId, userId: mine.org.userId, ...input });
  const selectIds = async (json: unknown, input: QueryInput = {}) => {
    const { from, where, orderBy } = compile(json, input);
    const select = sql<{ id: string }>`select id from ${from} where ${where} order by ${sql.join(orderBy)}`;
    return (await select.execute(db)).rows.map(({ id }) => id);
  };
  const findLeads = async (node: unknown, input: QueryInput = {}) => {
    const ids = await selectIds(query('lead', node), input);
    return ids.map((id) => LEAD_LABELS.find((label) => mine.ids[label] === id));
  };
  return { db, mine, theirs, compile, selectIds, findLeads };
}

/**
 * Adds a test: a node finds these leads, and by the null rules its negation finds all others.
 * `node` is made when the test runs, since it may name ids of the finder's records.
 */
export function finds(
  finder: () => LeadFinder,
  title: string,
  expected: readonly LeadLabel[],
  node: () => Readonly<Record<string, unknown>>,
  input: QueryInput = {},
): void {
  it(`${title} finds ${expected.join(', ') || 'nothing'}, and negated the rest`, async () => {
    const found = finder();
    expect(await found.findLeads(node(), input)).toEqual(expected);
    const others = LEAD_LABELS.filter((label) => !expected.includes(label));
    expect(await found.findLeads(not(node()), input)).toEqual(others);
  });
}
