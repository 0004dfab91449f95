import type { Db } from '@winnow/db';
import { writeQuery } from '@winnow/query';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileJson } from '../support/compiled-query.ts';
import { createDatabase } from '../support/database.ts';
import { EXAMPLE_NOW, type ExampleWorld, insertExampleWorld } from '../support/example-world.ts';
import { createOrganization, type TestOrganization } from '../support/factories.ts';
import { legacyPageRows, parseLegacy, SAVED_SEARCH_NAMES } from '../support/legacy-query.ts';
import { everything } from '../support/query-json.ts';

let db: Db;
let org: TestOrganization;
let world: ExampleWorld;

beforeAll(async () => {
  ({ db } = await createDatabase());
  org = await createOrganization(db);
  world = await insertExampleWorld(db, org);
  await insertExampleWorld(db, await createOrganization(db));
});

/** Labels of what a text query finds, in its order. */
async function find(text: string, objectType = 'lead'): Promise<readonly (string | undefined)[]> {
  const { node, sort } = parseLegacy(text, { objectType });
  const { from, where, orderBy } = compileJson(writeQuery(node), {
    sort,
    savedSearches: new Map([...SAVED_SEARCH_NAMES.keys()].map((id) => [id, everything])),
    tenantId: org.organizationId,
    userId: org.userId,
    now: EXAMPLE_NOW,
  });
  const select = sql<{ id: string }>`select t0.id from ${from} where ${where} order by ${sql.join(orderBy)}`;
  const labels = new Map([...world.ids].map(([label, id]) => [id, label]));
  return (await select.execute(db)).rows.map(({ id }) => labels.get(id));
}

const EVERY_LEAD = ['acme', 'imported', 'keeper', 'bare', 'lost'];

// The forms that Close's own code sends (reference, section 3), with values of these records.
describe('a text query on records', () => {
  it.each([
    ['*', EVERY_LEAD],
    ['test import', ['imported']],
    ['"Import 7"', ['imported']],
    ['"7 Import"', []],
    ['import*', ['imported', 'lost']],
    ['acme*', ['acme', 'keeper']],
    ['not acme', ['imported', 'keeper', 'bare', 'lost']],
    ['(test or keeper) not junk', ['acme', 'imported', 'keeper']],
    ['status:"Bad fit"', ['acme']],
    ['lead_status:Junk', ['imported']],
    ['name:"Acme, Inc"', ['acme']],
    ['company:"acme"', ['acme']],
    ['email_address:"bruce@wayne.test"', ['acme']],
    ['email_address:*', ['acme', 'imported']],
    ['custom.custom_choices:"Trade show"', ['acme']],
    ['"custom.Custom choices":* not "custom.Custom user":*', ['imported']],
    ['contacts > 1', ['keeper']],
    ['contacts:*', ['acme', 'imported', 'keeper', 'lost']],
    ['addresses > 0', ['acme', 'keeper', 'bare']],
    ['sms_messages > 0', []],
    ['has:calls', ['acme', 'lost']],
    ['not has:contacts', ['bare']],
    ['date_created>="2026-01-01T00:00:00+00:00"', ['imported', 'keeper', 'bare']],
    ['date_created < "2023-01-01"', ['acme']],
    ['date_created:2023-01-01', ['lost']],
    ['created:yesterday', ['bare']],
    ['created:today', ['imported']],
    ['created:this-month', ['imported', 'bare']],
    ['call( date >= "2026-01-01" date < "2026-02-01")', ['acme']],
    ['call(direction:incoming)', ['lost']],
    ['email(status:sent direction:outgoing)', ['imported', 'keeper']],
    ['email(direction:outgoing) not email(direction:incoming)', ['keeper']],
    ['contact(title:intern email:*)', ['acme']],
    ['opportunity(status_type:active date_updated < "6 months ago")', ['acme', 'imported']],
    ['custom.custom_user:me', ['acme']],
    ['import* sort:-created', ['imported', 'lost']],
    ['import* sort:created', ['lost', 'imported']],
    ['* sort:-activities', ['imported', 'acme', 'keeper', 'bare', 'lost']],
  ])('%s', async (text, expected) => {
    expect(await find(text)).toEqual(expected);
  });

  it.each(legacyPageRows('query'))('the example `%s` of the page runs', async (text) => {
    await expect(find(text)).resolves.toBeInstanceOf(Array);
  });

  it.each([
    ['opportunity', 'status_type:won', ['won of acme']],
    ['opportunity', 'lead(name:import*)', ['stale of imported', 'fresh of imported']],
    ['contact', 'title:intern lead(status:Lost)', ['phoned']],
    ['activity.call', 'created < 2024', ['old call']],
  ])('about a %s: %s', async (objectType, text, expected) => {
    expect(await find(text, objectType)).toEqual(expected);
  });
});
