import type { Catalog } from '@winnow/catalog';
import type { JsonObject } from '@winnow/db';
import type { Letter } from './letter.ts';
import { labelOf, sayCount, sayDuration, sayMoment, sayNumber } from './words.ts';

const RECORDS = { one: 'record', many: 'records' };
const LINKS = { one: 'link', many: 'links' };

export interface UndoDone {
  /** The undo as it is on the wire. */
  readonly undo: JsonObject;
  /** Who asked for it. */
  readonly reader: { readonly name: string; readonly email: string };
  /** Where the undo can be looked at. */
  readonly url: string;
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** How it went, in three words and a tone. */
function judge(undo: JsonObject): { readonly verdict: string; readonly tone: Letter['tone'] } {
  if (undo.status === 'error') return { verdict: 'Undo stopped by an error', tone: 'bad' };
  if (undo.status === 'cancelled') return { verdict: 'Undo cancelled', tone: 'warning' };
  if (numberOf(undo.n_objects_failed) + numberOf(undo.n_links_failed) > 0)
    return { verdict: 'Undo finished with conflicts', tone: 'warning' };
  return { verdict: 'Undo finished', tone: 'good' };
}

/** The e-mail that says how an undo ended. */
export function writeUndoDone({ undo, reader, url }: UndoDone, catalog: Catalog): Letter {
  const { verdict, tone } = judge(undo);
  const restored = sayCount(numberOf(undo.n_objects_restored), RECORDS);
  const failed = numberOf(undo.n_objects_failed);
  const facts: readonly (readonly [string, string])[] = [
    ['Asked by', reader.name === '' ? reader.email : `${reader.name} <${reader.email}>`],
    ['Asked on', sayMoment(textOf(undo.date_created))],
    ['Status', textOf(undo.status)],
    ['Reason', textOf(undo.error_message)],
    ['In the archive', sayCount(numberOf(undo.n_objects), RECORDS)],
    ['Restored', restored],
    ['In conflict', sayCount(failed, RECORDS)],
    ['Links set again', sayCount(numberOf(undo.n_links_restored), LINKS)],
    ['Links in conflict', sayCount(numberOf(undo.n_links_failed), LINKS)],
    ['Took', sayTook(undo)],
    ['Bulk delete', textOf(undo.bulk_delete_id)],
    ['Undo', textOf(undo.id)],
  ];
  return {
    subject: `${verdict}: ${restored} restored`,
    heading: verdict,
    tone,
    summary: summarize(undo, restored),
    facts: facts.filter(([, value]) => value !== ''),
    lists: [{ title: 'What came back', items: listRestored(undo, catalog) }].filter(
      ({ items }) => items.length > 0,
    ),
    link: { label: 'Look at this undo', url },
    footer: 'You get this e-mail because you started this undo and did not set send_done_email to false.',
  };
}

function listRestored(undo: JsonObject, catalog: Catalog): readonly string[] {
  return Object.entries(undo.restored_counts ?? {})
    .sort(([, one], [, other]) => numberOf(other) - numberOf(one))
    .map(([type, count]) => sayCount(numberOf(count), labelOf(catalog, type)));
}

function sayTook(undo: JsonObject): string {
  const [start, end] = [textOf(undo.date_started ?? undo.date_created), textOf(undo.date_finished)];
  const durationMs = Date.parse(end) - Date.parse(start);
  return Number.isNaN(durationMs) ? '' : `${sayDuration(Math.max(0, durationMs))} (until ${sayMoment(end)})`;
}

function summarize(undo: JsonObject, restored: string): string {
  const rest = numberOf(undo.n_objects_unprocessed);
  if (undo.status === 'error')
    return `${restored} had been restored when it stopped: ${textOf(undo.error_message)}`;
  if (undo.status === 'cancelled')
    return `${restored} had been restored when it was cancelled; ${sayNumber(rest)} are still in the archive.`;
  const failed = numberOf(undo.n_objects_failed);
  const gone = numberOf(undo.n_objects_not_found);
  const parts = [
    `${restored} restored`,
    ...(failed > 0 ? [`${sayNumber(failed)} in conflict with what is there now`] : []),
    ...(gone > 0 ? [`${sayNumber(gone)} no longer in the archive`] : []),
  ];
  return `${parts.join(', ')}.`;
}
