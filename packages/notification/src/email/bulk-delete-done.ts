import { type Catalog, findObjectType } from '@winnow/catalog';
import type { FailureReason, JsonObject } from '@winnow/db';
import type { Letter } from './letter.ts';
import { labelOf, sayCount, sayDuration, sayMoment, sayNumber } from './words.ts';

/** Longest query that is shown whole. */
const MAX_QUERY_CHARACTERS = 3000;

export interface BulkDeleteDone {
  /** The bulk delete as it is on the wire. */
  readonly bulkDelete: JsonObject;
  /** Who asked for it. */
  readonly reader: { readonly name: string; readonly email: string };
  /** The most frequent reasons of failures. */
  readonly failures: readonly FailureReason[];
  /** Where the bulk delete can be looked at. */
  readonly url: string;
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** How it went, in three words and a tone. */
function judge(bulkDelete: JsonObject): { readonly verdict: string; readonly tone: Letter['tone'] } {
  if (bulkDelete.status === 'error') return { verdict: 'Bulk delete stopped by an error', tone: 'bad' };
  if (bulkDelete.status === 'cancelled') return { verdict: 'Bulk delete cancelled', tone: 'warning' };
  if (numberOf(bulkDelete.n_objects_failed) > 0)
    return { verdict: 'Bulk delete finished with failures', tone: 'warning' };
  return { verdict: 'Bulk delete finished', tone: 'good' };
}

/** The query's words begin with the objects: `leads whose …`, `all leads`. Bulk deletes of old have none. */
function sayWhatWasAsked(bulkDelete: JsonObject, label: { readonly many: string }): string {
  const said = textOf(bulkDelete.query_in_words);
  const words = said === '' ? `${label.many} that the query below finds` : said;
  const limit = bulkDelete.results_limit;
  if (typeof limit !== 'number') return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
  return `The first ${sayNumber(limit)} of ${words.startsWith('all ') ? '' : 'the '}${words}`;
}

function listChildren(bulkDelete: JsonObject, catalog: Catalog): readonly string[] {
  const target = textOf(bulkDelete.bulk_object_type);
  return Object.entries(bulkDelete.deleted_counts ?? {})
    .filter(([type]) => type !== target && findObjectType(catalog, type)?.bulkName !== target)
    .filter(([, count]) => numberOf(count) > 0)
    .sort(([, one], [, other]) => numberOf(other) - numberOf(one))
    .map(([type, count]) => sayCount(numberOf(count), labelOf(catalog, type)));
}

function sayTook(bulkDelete: JsonObject): string {
  const [start, end] = [
    textOf(bulkDelete.date_started ?? bulkDelete.date_created),
    textOf(bulkDelete.date_finished),
  ];
  const durationMs = Date.parse(end) - Date.parse(start);
  return Number.isNaN(durationMs) ? '' : `${sayDuration(Math.max(0, durationMs))} (until ${sayMoment(end)})`;
}

function showQuery(query: JsonObject[string] | undefined): Letter['code'] {
  if (query === null || query === undefined) return undefined;
  const text = JSON.stringify(query, null, 2);
  const shown =
    text.length > MAX_QUERY_CHARACTERS ? `${text.slice(0, MAX_QUERY_CHARACTERS)}\n… (cut here)` : text;
  return { title: 'The query', text: shown };
}

/** The e-mail that says how a bulk delete ended. */
export function writeBulkDeleteDone(done: BulkDeleteDone, catalog: Catalog): Letter {
  const { bulkDelete, reader } = done;
  const label = labelOf(catalog, textOf(bulkDelete.bulk_object_type));
  const deleted = sayCount(numberOf(bulkDelete.n_objects_deleted), label);
  const { verdict, tone } = judge(bulkDelete);
  const found = bulkDelete.n_objects;
  const children = listChildren(bulkDelete, catalog);
  const reasons = done.failures.map(({ message, nObjects }) => `${sayCount(nObjects, label)}: ${message}`);
  const facts: readonly (readonly [string, string])[] = [
    ['Asked for', sayWhatWasAsked(bulkDelete, label)],
    ['Asked by', `${reader.name === '' ? reader.email : `${reader.name} <${reader.email}>`}`],
    ['Asked on', sayMoment(textOf(bulkDelete.date_created))],
    ['Status', textOf(bulkDelete.status)],
    ['Reason', textOf(bulkDelete.error_message)],
    ['Found', typeof found === 'number' ? sayCount(found, label) : 'not known'],
    ['Deleted', deleted],
    ['Already gone', sayCount(numberOf(bulkDelete.n_objects_not_found), label)],
    ['Failed', sayCount(numberOf(bulkDelete.n_objects_failed), label)],
    ['Took', sayTook(bulkDelete)],
    ['Bulk delete', textOf(bulkDelete.id)],
  ];
  const code = showQuery(bulkDelete.s_query);
  return {
    subject: `${verdict}: ${deleted} deleted`,
    heading: verdict,
    tone,
    summary: summarize(bulkDelete, deleted),
    facts: facts.filter(([, value]) => value !== ''),
    lists: [
      { title: 'Deleted with them', items: children },
      { title: 'Why objects failed', items: reasons },
    ].filter(({ items }) => items.length > 0),
    ...(code && { code }),
    link: { label: 'Look at this bulk delete', url: done.url },
    footer:
      'You get this e-mail because you started this bulk delete and did not set send_done_email to false.',
  };
}

function summarize(bulkDelete: JsonObject, deleted: string): string {
  if (bulkDelete.status === 'error') {
    return `${deleted} had been deleted when it stopped: ${textOf(bulkDelete.error_message)}`;
  }
  if (bulkDelete.status === 'cancelled') {
    const left = bulkDelete.n_objects_unprocessed;
    const rest = typeof left === 'number' ? `${sayNumber(left)} were never touched` : 'nothing was touched';
    return `${deleted} had been deleted when it was cancelled, ${rest}.`;
  }
  const failed = numberOf(bulkDelete.n_objects_failed);
  const gone = numberOf(bulkDelete.n_objects_not_found);
  const parts = [
    `${deleted} deleted`,
    ...(gone > 0 ? [`${sayNumber(gone)} no longer there`] : []),
    ...(failed > 0 ? [`${sayNumber(failed)} could not be deleted`] : []),
  ];
  return `${parts.join(', ')}.`;
}
