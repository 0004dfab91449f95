import { encodeId } from '@winnow/catalog';
import { createHttpClient } from '../../support/index.ts';
import { query, text, where } from '../../support/query-json.ts';
import type { Requests } from './load.ts';

/** As many ids as the synchronous call takes (document 000). */
export const IDS_PER_CALL = 500;

/** An API, and a key that may do everything. */
export interface Target {
  /** Base URL. */
  readonly url: string;
  readonly apiKey: string;
}

const NEW_BULK_DELETE = {
  s_query: query('lead', where('lead.name', text('full_words', 'ACME Inc.'))),
  send_done_email: false,
};

/** The bare route, asked for one row again and again. */
export function bareRequests(url: string, id: string): Requests {
  return { url, method: 'GET', next: () => ({ path: `/${id}` }) };
}

/** `GET /bulk_action/delete/{id}/` of one bulk delete, again and again, as clients poll. */
export async function statusRequests(target: Target): Promise<Requests> {
  const id = await createHttpClient(target.url, target.apiKey).startBulkDelete(NEW_BULK_DELETE);
  return { ...as(target), method: 'GET', next: () => ({ path: `/api/v1/bulk_action/delete/${id}/` }) };
}

/** `POST /bulk_action/delete/`, each of which makes a bulk delete. */
export function creations(target: Target): Requests {
  const body = JSON.stringify(NEW_BULK_DELETE);
  return { ...as(target), method: 'POST', next: () => ({ path: '/api/v1/bulk_action/delete/', body }) };
}

/** The document's loop: a DELETE for each record. @param opportunities UUIDs that nobody else takes. */
export function singleDeletions(target: Target, opportunities: Iterator<string>): Requests {
  const next = () => ({ path: `/api/v1/opportunity/${takeId(opportunities)}/` });
  return { ...as(target), method: 'DELETE', next };
}

/** Calls with `IDS_PER_CALL` ids each. @param opportunities UUIDs that nobody else takes. */
export function callsWithIds(target: Target, opportunities: Iterator<string>): Requests {
  const next = () => {
    const ids = Array.from({ length: IDS_PER_CALL }, () => takeId(opportunities));
    return { path: '/v1/deals/bulk-delete', body: JSON.stringify({ deal_ids: ids }) };
  };
  return { ...as(target), method: 'POST', next };
}

function as({ url, apiKey }: Target): Pick<Requests, 'url' | 'headers'> {
  return { url, headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' } };
}

function takeId(ids: Iterator<string>): string {
  const { value, done } = ids.next();
  if (done === true) throw new Error('there are too few opportunities: use more leads');
  return encodeId('oppo', value);
}
