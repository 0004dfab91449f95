import { type RawBuilder, sql } from 'kysely';
import type { ExampleKeys } from './data.ts';

export interface HandWritten {
  /** The object type's table. */
  readonly table: string;
  /** `from … where …` with the objects under the alias `o`. */
  readonly fromWhere: RawBuilder<unknown>;
}

/**
 * The examples as a person who knows the schema and its indexes would write them in SQL: the same results, by the
 * shortest way that keeps the rule of the house, that every table in a statement is bound to the organization.
 * Comparing with anything slower would flatter the compiler.
 */
export function handWritten(
  { organization, me, colleague, status, customField, leads }: ExampleKeys,
  now: Date,
): Readonly<Record<number, HandWritten>> {
  const at = now.toISOString();
  const mine = (alias: string) => sql`${sql.ref(`${alias}.organization_id`)} = ${organization}`;
  const back = (interval: string) => sql`(${at}::timestamptz - ${sql.lit(interval)}::interval)`;
  const backDays = (interval: string) =>
    sql`(date_trunc('day', ${at}::timestamptz - ${sql.lit(interval)}::interval, 'UTC'))`;
  const lead = (condition: RawBuilder<unknown>): HandWritten => ({
    table: 'lead',
    fromWhere: sql`from lead o where o.organization_id = ${organization} and ${condition}`,
  });
  const words = (column: string, text: string) =>
    sql`winnow_tsvector(${sql.ref(column)}) @@ winnow_all_words(${text})`;
  const isCommunication = sql`(a.type = 'call' or a.type in ('email', 'sms')
    and coalesce(a.status, 'sent') in ('sent', 'inbox') or a.type = 'meeting' and a.status = 'completed')`;
  const inTwoStatuses = lead(sql`o.status_id in (${status.bad}, ${status.junk})`);
  return {
    1: lead(sql`true`),
    2: lead(words('o.name', 'Test Import')),
    3: inTwoStatuses,
    4: lead(sql`o.status_id is distinct from ${status.won}`),
    5: lead(sql`o.date_created < '2023-01-01T00:00:00Z'`),
    6: lead(sql`o.date_created >= '2026-01-01T00:00:00Z' and o.date_created < '2026-02-01T00:00:00Z'`),
    7: lead(sql`o.date_created >= ${back('2 hours')} and o.date_created < ${at}`),
    8: lead(
      sql`o.date_created >= ${backDays('1 day')} and o.date_created < date_trunc('day', ${at}::timestamptz, 'UTC')`,
    ),
    9: {
      table: 'lead',
      fromWhere: sql`from lead o
        left join (select a.lead_id, max(a.activity_at) as last from activity a
                   where a.organization_id = ${organization} and ${isCommunication} group by a.lead_id) as c
          on c.lead_id = o.id
        where o.organization_id = ${organization}
          and (c.last is null or c.last < ${backDays('1 year')} or c.last >= ${at})`,
    },
    10: lead(sql`not exists (select from contact c join contact_email e on e.contact_id = c.id
      where ${mine('c')} and ${mine('e')} and c.lead_id = o.id and e.email <> '')`),
    11: lead(sql`o.id in (select c.lead_id from contact c join contact_email e on e.contact_id = c.id
      where ${mine('c')} and ${mine('e')} and ${words('e.email', 'bruce@wayne.test')}
        and winnow_words(e.email) like '% bruce wayne test %')`),
    12: {
      table: 'contact',
      fromWhere: sql`from contact o join lead l on l.id = o.lead_id
        where ${mine('o')} and ${mine('l')} and ${words('o.title', 'intern')} and l.status_id = ${status.lost}`,
    },
    13: {
      table: 'contact',
      fromWhere: sql`from contact o where o.organization_id = ${organization}
        and not exists (select from contact_email e where ${mine('e')} and e.contact_id = o.id)
        and not exists (select from contact_phone p where ${mine('p')} and p.contact_id = o.id)`,
    },
    14: lead(sql`o.custom <> '{}' and (o.custom @> ${JSON.stringify({ [customField.source]: 'Purchased list' })}
      or o.custom @> ${JSON.stringify({ [customField.source]: 'Trade show' })})`),
    15: lead(
      sql`(o.custom = '{}' or coalesce(o.custom -> ${customField.owner}, 'null') in ('null', '""', '[]'))`,
    ),
    16: lead(sql`o.custom <> '{}' and o.custom @> ${JSON.stringify({ [customField.owner]: me })}`),
    17: lead(sql`o.custom <> '{}' and o.custom @> ${JSON.stringify({ [customField.owner]: colleague })}`),
    18: lead(sql`not exists (select from opportunity p join opportunity_status s on s.id = p.status_id
      where ${mine('p')} and ${mine('s')} and p.lead_id = o.id and s.type in ('won', 'active'))`),
    19: {
      table: 'opportunity',
      fromWhere: sql`from opportunity o
          join opportunity_status s on s.id = o.status_id
          join lead l on l.id = o.lead_id
        where ${mine('o')} and ${mine('s')} and ${mine('l')} and s.type = 'active'
          and o.date_updated < ${backDays('6 months')}
          and not exists (select from activity a where ${mine('a')} and a.lead_id = l.id and a.type = 'call')`,
    },
    20: lead(sql`exists (select from activity a where ${mine('a')} and a.lead_id = o.id and a.type = 'email'
        and a.direction = 'outgoing' and coalesce(a.status, 'sent') in ('sent', 'inbox'))
      and not exists (select from activity a where ${mine('a')} and a.lead_id = o.id and a.type = 'email'
        and a.direction = 'incoming')`),
    21: {
      table: 'activity',
      fromWhere: sql`from activity o where o.organization_id = ${organization} and o.type = 'call'
        and o.date_created < ${backDays('2 years')}`,
    },
    22: lead(sql`o.id in (${leads[0]}, ${leads[1]})`),
    23: lead(sql`exists (select from address d where ${mine('d')} and d.lead_id = o.id
        and ${words('d.state', 'NV')})
      and (${words('o.url', 'keepme.test')} and winnow_words(o.url) like '% keepme test %') is not true`),
    24: lead(sql`(winnow_tsvector(o.name) @@ winnow_all_word_starts('acme')
      or winnow_tsvector(o.description) @@ winnow_all_word_starts('acme')
      or winnow_tsvector(o.url) @@ winnow_all_word_starts('acme')
      or winnow_tsvector(o.source) @@ winnow_all_word_starts('acme')
      or winnow_tsvector(o.external_id) @@ winnow_all_word_starts('acme')
      or winnow_tsvector(o.phone_number) @@ winnow_all_word_starts('acme')
      or o.custom <> '{}' and winnow_custom_tsvector(o.custom) @@ winnow_all_word_starts('acme')
         and winnow_tsvector(o.custom ->> ${customField.source}) @@ winnow_all_word_starts('acme'))`),
    25: inTwoStatuses,
  };
}
