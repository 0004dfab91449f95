import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '@winnow/catalog';
import { query, text, where } from '../../support/query-json.ts';
import type { Ask, Batch, UndoAsk } from '../ledger/ledger.ts';
import type { PatientAnswer, PatientClient } from './patient-client.ts';

type Json = Readonly<Record<string, unknown>>;

const LOOK_EVERY_MS = 150;
const END_WITHIN_MS = 600_000;
const LAST_STATUSES: readonly unknown[] = ['done', 'error', 'cancelled'];

/** An answer that this client cannot have caused. */
export class OddAnswerError extends Error {
  constructor(what: string, { status, body }: PatientAnswer) {
    super(`${what} was answered ${status} ${JSON.stringify(body).slice(0, 500)}`);
    this.name = 'OddAnswerError';
  }
}

/** What is asked for. */
export interface QueryAsk {
  readonly table: 'lead' | 'contact';
  readonly archive: boolean;
  readonly mail: boolean;
  readonly resultsLimit: number | null;
  readonly expected: number | null;
}

/** Asks for the deletion of a batch's leads or contacts by a query, until that is accepted. */
export async function deleteByQuery(client: PatientClient, batch: Batch, asked: QueryAsk): Promise<Ask> {
  const ask = noteAsk(batch, { how: 'query', ...asked });
  const body = {
    s_query: query(asked.table, where(`${asked.table}.name`, text('full_words', batch.tag))),
    archive: asked.archive,
    send_done_email: asked.mail,
    results_limit: asked.resultsLimit,
  };
  const answer = await client.ask('POST', '/api/v1/bulk_action/delete/', body, sameOf(ask));
  ask.bulkDeleteId = idOf(answer, 'POST of a bulk delete');
  return ask;
}

/** Asks for a retry of what an ask has left. @returns undefined when it has left nothing. */
export async function retry(client: PatientClient, batch: Batch, of: Ask): Promise<Ask | undefined> {
  const left = Number(of.seen?.n_objects_unprocessed ?? 0) + Number(of.seen?.n_objects_failed ?? 0);
  if (left === 0 || of.seen?.n_objects === null) return undefined;
  const { table, archive, mail } = of;
  const ask = noteAsk(batch, { how: 'retry', table, archive, mail, expected: left });
  const path = `/api/v1/bulk_action/delete/${of.bulkDeleteId}/retry/`;
  ask.bulkDeleteId = idOf(await client.ask('POST', path, {}, sameOf(ask)), 'POST of a retry');
  return ask;
}

/** Names records of a batch in one request, and waits for what outlasts it. */
export async function deleteByIds(
  client: PatientClient,
  batch: Batch,
  { table, ids }: { readonly table: 'contact' | 'opportunity'; readonly ids: readonly string[] },
): Promise<Ask> {
  const expected = ids.length;
  const ask = noteAsk(batch, { how: 'ids', table, archive: true, mail: false, expected });
  const name = table === 'contact' ? 'contact' : 'deal';
  const answer = await client.ask('POST', `/v1/${name}s/bulk-delete`, { [`${name}_ids`]: ids }, sameOf(ask));
  ask.bulkDeleteId = answer.headers.get('x-winnow-bulk-delete-id');
  if (answer.status >= 300 || ask.bulkDeleteId === null) throw new OddAnswerError('POST of ids', answer);
  await waitForEnd(client, ask);
  return ask;
}

/** Deletes one lead by its URL; until it is gone, however often that must be asked. */
export async function deleteOne(client: PatientClient, batch: Batch, id: string): Promise<Ask> {
  const ask = noteAsk(batch, { how: 'one', table: 'lead', archive: true, mail: false, expected: null });
  const answer = await client.ask('DELETE', `/api/v1/lead/${id}/`, undefined, { requestId: ask.requestId });
  if (![200, 202, 404].includes(answer.status)) throw new OddAnswerError('DELETE of a lead', answer);
  const deadline = performance.now() + END_WITHIN_MS;
  while ((await client.ask('GET', `/api/v1/lead/${id}/`)).status !== 404) {
    if (performance.now() > deadline) throw new Error(`lead ${id} is still there`);
    await pause(LOOK_EVERY_MS);
  }
  return ask;
}

/** Asks for an undo. @returns undefined when there is nothing to undo. */
export async function askForUndo(
  client: PatientClient,
  ask: Ask,
  mail: boolean,
): Promise<UndoAsk | undefined> {
  const undo: UndoAsk = { requestId: `chaos-${newId()}`, mail, undoId: null, seen: null };
  ask.undos.push(undo);
  const path = `/api/v1/bulk_action/delete/${ask.bulkDeleteId}/undo/`;
  for (;;) {
    const answer = await client.ask('POST', path, { send_done_email: mail }, sameOf(undo));
    if (answer.status === 200) {
      undo.undoId = idOf(answer, 'POST of an undo');
      return undo;
    }
    const sentence = String(answer.body.error);
    if (sentence.startsWith('There is nothing to undo')) return undefined;
    if (!sentence.includes('still in hand')) throw new OddAnswerError('POST of an undo', answer);
    await pause(LOOK_EVERY_MS);
  }
}

/** Where a bulk delete or an undo is looked at and controlled. */
export function pathOf(asked: Ask | UndoAsk): string {
  return 'undoId' in asked
    ? `/api/v1/bulk_action/undo/${asked.undoId}/`
    : `/api/v1/bulk_action/delete/${asked.bulkDeleteId}/`;
}

/** Waits until it has ended, and keeps what was seen then. A pause is ended by whoever made it. */
export async function waitForEnd(client: PatientClient, asked: Ask | UndoAsk): Promise<Json> {
  const body = await waitForStatus(client, asked, LAST_STATUSES);
  asked.seen = body;
  return body;
}

/** Waits for one of these statuses. */
export async function waitForStatus(
  client: PatientClient,
  asked: Ask | UndoAsk,
  statuses: readonly unknown[],
): Promise<Json> {
  const deadline = performance.now() + END_WITHIN_MS;
  for (;;) {
    const answer = await client.ask('GET', pathOf(asked));
    if (answer.status !== 200) throw new OddAnswerError(`GET ${pathOf(asked)}`, answer);
    if (statuses.includes(answer.body.status)) return answer.body;
    if (performance.now() > deadline)
      throw new Error(`waited in vain for ${statuses.join(', ')}: ${JSON.stringify(answer.body)}`);
    await pause(LOOK_EVERY_MS);
  }
}

function noteAsk(batch: Batch, asked: Pick<Ask, 'how' | 'table' | 'archive' | 'mail' | 'expected'>): Ask {
  const { how, table, archive, mail, expected } = asked;
  const requestId = `chaos-${newId()}`;
  const ask: Ask = {
    requestId,
    how,
    table,
    archive,
    mail,
    expected,
    bulkDeleteId: null,
    seen: null,
    undos: [],
  };
  batch.asks.push(ask);
  return ask;
}

function sameOf({ requestId }: { readonly requestId: string }) {
  return { requestId, idempotencyKey: requestId };
}

function idOf(answer: PatientAnswer, what: string): string {
  const { id } = answer.body;
  if (answer.status !== 200 || typeof id !== 'string') throw new OddAnswerError(what, answer);
  return id;
}
