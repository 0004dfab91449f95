import type { JsonObject } from '@winnow/db';
import { countOf, textOf } from '../client/api-client.ts';
import { formatCount } from '../screen/figures.ts';
import { isUndoId } from './bulk-action-target.ts';

/**
 * A bulk delete or an undo, as the API shows it, in a sentence: `bulkdelete_… is paused: 1,200 of 5,000 objects
 * processed.`, `bulkundo_… is created: 0 of 5,000 records are back, 0 in conflict.`
 */
export function describeBulkAction(action: JsonObject): string {
  const id = textOf(action, 'id');
  const asked = askedOf(action);
  const state =
    asked === undefined
      ? `is ${textOf(action, 'status')}`
      : `will be ${asked} when the page in hand is finished`;
  return `${id} ${state}: ${isUndoId(id) ? figuresOfUndo(action) : figuresOfDelete(action)}.`;
}

/** What stands behind the figures while somebody watches: the pace and the time left, or why there are none. */
export function describeMotion(action: JsonObject): string {
  const failed = isUndoId(textOf(action, 'id')) ? countOf(action, 'n_objects_failed') : 0;
  return [...(failed > 0 ? [`${formatCount(failed)} in conflict`] : []), ...stateOf(action)].join(', ');
}

/** What is said to somebody who stops watching. */
export function describeLeaving(action: JsonObject): string {
  const id = textOf(action, 'id');
  const [resume, cancel] = [`"winnow resume ${id}"`, `"winnow cancel ${id}"`];
  const asked = askedOf(action);
  if (asked === 'cancelled') return `${id} will be cancelled when the page in hand is finished.`;
  if (asked !== undefined)
    return `${id} will be ${asked} when the page in hand is finished; ${resume} takes that back.`;
  if (textOf(action, 'status') === 'paused')
    return `${id} is paused: ${resume} lets it go on, ${cancel} ends it.`;
  if (reasonToWait(action) !== undefined)
    return `${id} waits, and goes on by itself when it can; ${cancel} would stop it.`;
  return `${id} goes on without you; ${cancel} would stop it.`;
}

/** Why it cannot go on for the moment, as a sentence; undefined while it goes on. */
export function reasonToWait({ waiting_reason: reason }: JsonObject): string | undefined {
  return typeof reason === 'string' ? reason : undefined;
}

function figuresOfDelete(action: JsonObject): string {
  return typeof action.n_objects === 'number'
    ? `${formatCount(countOf(action, 'n_objects_processed'))} of ${formatCount(action.n_objects)} objects processed`
    : 'its query has not been resolved, nothing was touched';
}

function figuresOfUndo(action: JsonObject): string {
  const [restored, failed] = [countOf(action, 'n_objects_restored'), countOf(action, 'n_objects_failed')];
  return `${formatCount(restored)} of ${formatCount(countOf(action, 'n_objects'))} records are back, ${formatCount(failed)} in conflict`;
}

function askedOf({ asked_status: asked }: JsonObject): string | undefined {
  return typeof asked === 'string' ? asked : undefined;
}

function stateOf(action: JsonObject): readonly string[] {
  const [status, asked] = [textOf(action, 'status'), askedOf(action)];
  if (asked !== undefined) return [`will be ${asked}`];
  // The pace is a mean over the time until now, and would promise what a wait does not keep.
  if (reasonToWait(action) !== undefined) return status === 'processing' ? ['waits'] : [status, 'waits'];
  if (status !== 'processing') return [status];
  const { objects_per_second: pace, seconds_left: left } = action;
  return [
    typeof pace === 'number' ? `${formatCount(Math.round(pace))}/s` : 'pace unknown',
    typeof left === 'number' ? `${formatCount(left)} s left` : 'time left unknown',
  ];
}
