import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileJson } from '../support/compiled-query.ts';
import { CUSTOM_FIELD_IDS, customFieldKey } from '../support/custom-fields.ts';
import { createDatabase, createOrganization } from '../support/index.ts';
import {
  ago,
  any,
  between,
  byId,
  everything,
  not,
  now,
  numbers,
  query,
  reference,
  related,
  term,
  text,
  where,
  whereCustom,
} from '../support/query-json.ts';

type Json = Readonly<Record<string, unknown>>;

/** Enough that Postgres prefers an index where it can use one. */
const LEADS = 20_000;
const UUID = '00000000-0000-7000-8000-000000000001';

let db: Db;
let tenantId: string;

beforeAll(async () => {
  ({ db } = await createDatabase());
  ({ organizationId: tenantId } = await createOrganization(db));
  const choice = customFieldKey(CUSTOM_FIELD_IDS.choices);
  await sql`
    insert into lead (id, organization_id, name, external_id, date_created, custom)
    select gen_random_uuid(), ${tenantId}, 'Company ' || n, 'crm/' || n, now() - n * interval '1 hour',
           jsonb_build_object(${choice}::text, 'Source ' || n)
    from generate_series(1, ${LEADS}::int) as n
  `.execute(db);
  await sql`
    insert into contact (id, organization_id, lead_id, name)
    select gen_random_uuid(), organization_id, id, name || ' contact' from lead
  `.execute(db);
  await sql`analyze lead, contact, lead_status, contact_email`.execute(db);
});

async function explain(objectType: string, node: Json): Promise<string> {
  const { from, where: condition } = compileJson(query(objectType, node), { tenantId, now: new Date() });
  const statement = sql<{ 'QUERY PLAN': string }>`explain select id from ${from} where ${condition}`;
  return (await statement.execute(db)).rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('the plan of a condition', () => {
  it.each([
    ['full_words', 'lead_words', where('lead.name', text('full_words', 'company 17'))],
    ['phrase', 'lead_words', where('lead.name', text('phrase', 'company 17'))],
    ['beginning_of_words', 'lead_words', where('lead.name', text('beginning_of_words', '1234'))],
    ['term', 'lead_external_id', where('lead.external_id', term('crm/1', 'crm/2'))],
    ['reference', 'lead_status_id', where('lead.status_id', reference('status.lead', UUID))],
    ['moment_range', 'lead_date_created', where('lead.date_created', between(ago({ days: 1 }), now))],
    ['ids', 'lead_(pkey|organization_id_id_key)', any(byId(UUID), byId(UUID.replace('1', '2')))],
  ])('%s uses the index %s', async (_, index, node) => {
    expect(await explain('lead', node)).toMatch(new RegExp(`Index (Only )?Scan (using|on) ${index}`));
  });

  it('term on a custom field uses its index, also for several values', async () => {
    // The catalog's choices are the check's business; the index serves any value.
    const one = await explain('lead', whereCustom(CUSTOM_FIELD_IDS.choices, term('Website')));
    const several = await explain(
      'lead',
      whereCustom(CUSTOM_FIELD_IDS.manyChoices, term('Website', 'Trade show')),
    );
    expect(one).toMatch(/Bitmap Index Scan on lead_custom/);
    expect(several).toMatch(/Bitmap Index Scan on lead_custom/);
  });

  it('a condition on a related object starts from its index', async () => {
    const plan = await explain(
      'lead',
      related('lead > contact', where('contact.name', text('phrase', 'company 17 contact'))),
    );
    expect(plan).toMatch(/Bitmap Index Scan on contact_words/);
    expect(plan).not.toMatch(/Seq Scan on lead/);
  });

  it('a negated has_related, and a count of none, are anti-joins', async () => {
    expect(await explain('lead', not(related('lead > contact', everything)))).toMatch(/Anti Join/);
    expect(await explain('lead', where('lead.num_contacts', numbers({ lte: 0 })))).toMatch(/Anti Join/);
  });

  it('a looked-up value is a join, not a subquery for each row', async () => {
    const plan = await explain('lead', where('lead.status_label', term('Potential')));
    expect(plan).toMatch(/Nested Loop|Hash Join|Hash Semi Join/);
    expect(plan).not.toContain('SubPlan');
  });
});
