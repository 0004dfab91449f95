import { encodeId, newId } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import { sql } from 'kysely';
import type { ExampleIds } from '../../support/example-queries.ts';

/** What the examples name, as plain UUIDs, for SQL that is written by hand. */
export interface ExampleKeys {
  readonly organization: string;
  readonly me: string;
  readonly colleague: string;
  readonly status: {
    readonly bad: string;
    readonly junk: string;
    readonly won: string;
    readonly lost: string;
  };
  readonly customField: { readonly source: string; readonly owner: string };
  readonly leads: readonly [string, string];
}

const LABELS = { bad: 'Bad Fit', junk: 'Not Interested', won: 'Customer', lost: 'Canceled' } as const;

/**
 * Changes seeded leads so that each example finds a small or a large share of them, as it would in a CRM, and makes
 * the custom fields that the examples name.
 */
export async function prepareExampleData(db: Db, organization: string): Promise<ExampleKeys> {
  const me = await one(db, sql`select id from user_account where organization_id = ${organization} limit 1`);
  const status = {
    bad: await statusOf(db, organization, LABELS.bad),
    junk: await statusOf(db, organization, LABELS.junk),
    won: await statusOf(db, organization, LABELS.won),
    lost: await statusOf(db, organization, LABELS.lost),
  };
  const customField = { source: newId(), owner: newId() };
  const colleague = newId();
  await sql`
    insert into custom_field (id, organization_id, owner, name, type, choices) values
      (${customField.source}, ${organization}, 'lead', 'Source', 'choices',
       array['Website', 'Referral', 'Purchased list', 'Trade show']),
      (${customField.owner}, ${organization}, 'lead', 'Owner', 'user', '{}')
  `.execute(db);
  // `n` spreads over 0 to 9,999 evenly and does not change between runs.
  await sql`
    update lead set custom = jsonb_strip_nulls(jsonb_build_object(
      ${customField.source}::text, case when n < 50 then 'Purchased list' when n < 100 then 'Trade show'
        when n < 600 then 'Website' when n < 1000 then 'Referral' end,
      ${customField.owner}::text, case when n < 30 then ${me}::text when n < 60 then ${colleague}::text
        when n < 1000 then ${newId()}::text end))
    from (select id, substring(external_id from '[0-9]+$')::bigint * 7919 % 10000 as n from lead) as spread
    where spread.id = lead.id and n < 1000
  `.execute(db);
  await sql`
    update lead set name = 'Test Import ' || n, date_created = now() - interval '1 hour'
    from (select id, substring(external_id from '[0-9]+$')::bigint as n from lead) as numbered
    where numbered.id = lead.id and n % 5000 = 1
  `.execute(db);
  await sql`
    update lead set url = 'https://www.keepme.test/' || n
    from (select id, substring(external_id from '[0-9]+$')::bigint as n from lead) as numbered
    where numbered.id = lead.id and n % 1000 = 2
  `.execute(db);
  await sql`
    update contact_email set email = 'bruce@wayne.test'
    where id in (select id from contact_email order by id limit 25)
  `.execute(db);
  await sql`vacuum analyze`.execute(db);
  const first = await one(db, sql`select id from lead order by id limit 1`);
  const last = await one(db, sql`select id from lead order by id desc limit 1`);
  return { organization, me, colleague, status, customField, leads: [first, last] };
}

/** The same in wire ids, for the queries. */
export function exampleIdsOf({ colleague, status, customField, leads }: ExampleKeys): ExampleIds {
  const stat = (id: string) => encodeId('stat', id);
  return {
    leadStatus: {
      bad: stat(status.bad),
      junk: stat(status.junk),
      won: stat(status.won),
      lost: stat(status.lost),
    },
    customField: { source: encodeId('cf', customField.source), owner: encodeId('cf', customField.owner) },
    user: encodeId('user', colleague),
    leads: [encodeId('lead', leads[0]), encodeId('lead', leads[1])],
  };
}

function statusOf(db: Db, organization: string, label: string): Promise<string> {
  return one(
    db,
    sql`select id from lead_status where organization_id = ${organization} and label = ${label} limit 1`,
  );
}

async function one(db: Db, query: ReturnType<typeof sql>): Promise<string> {
  const { rows } = await query.execute(db);
  const row = rows[0] as { readonly id: string } | undefined;
  if (!row) throw new Error('the seeded data lacks what the examples name');
  return row.id;
}
