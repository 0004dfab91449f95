import { BULK_DELETE_EVENT, BULK_UNDO_EVENT } from '@winnow/bulk-delete';
import type { Catalog } from '@winnow/catalog';
import { eventfulTypes, findEventSubject } from '@winnow/event-log';

/** What happens to a bulk delete, and to an undo. */
const BULK_DELETE_ACTIONS = ['created', 'updated', 'completed', 'failed', 'paused', 'resumed', 'cancelled'];

const CHANGES = ['created', 'updated', 'deleted'];
const BULK_ACTIONS = ['created', 'updated', 'completed', 'paused'];
const TRANSFERS = ['created', 'updated', 'completed', 'reverting', 'reverted'];

/**
 * Further events that a client of Close may ask for (reference, 5.2). Nothing here causes them, so they are taken and
 * never sent: a client that subscribes to all it knows of should not fail for it.
 */
const CLOSE_ONLY: Readonly<Record<string, readonly string[]>> = {
  lead: [...CHANGES, 'merged'],
  contact: CHANGES,
  opportunity: CHANGES,
  custom_object: CHANGES,
  saved_search: CHANGES,
  'activity.note': CHANGES,
  'activity.form_submission': CHANGES,
  'activity.custom_activity': CHANGES,
  'activity.call': [...CHANGES, 'answered', 'completed'],
  'activity.email': [...CHANGES, 'sent'],
  'activity.sms': [...CHANGES, 'sent'],
  'activity.meeting': [...CHANGES, 'scheduled', 'started', 'completed', 'canceled'],
  sequence_subscription: CHANGES,
  'bulk_action.edit': BULK_ACTIONS,
  'bulk_action.email': BULK_ACTIONS,
  'bulk_action.sequence_subscription': BULK_ACTIONS,
  import: TRANSFERS,
  'export.lead': TRANSFERS,
  'export.opportunity': TRANSFERS,
};
/** `task.lead`, `task.outgoing_call`, … */
const TASK_KIND = /^task\.[a-z_]+$/;
const TASK_ACTIONS = [...CHANGES, 'completed'];

/** The actions of which an object type can be heard: those that happen here, and those that Close lists. */
function actionsOf(catalog: Catalog, objectType: string): readonly string[] {
  if (objectType === BULK_DELETE_EVENT || objectType === BULK_UNDO_EVENT) return BULK_DELETE_ACTIONS;
  const type = findEventSubject(catalog, objectType)?.type;
  const own = type && eventfulTypes(catalog).includes(type) ? ['deleted', 'restored'] : [];
  const name = type?.name ?? objectType;
  const listed = Object.hasOwn(CLOSE_ONLY, name) ? (CLOSE_ONLY[name] ?? []) : [];
  const ofTasks = TASK_KIND.test(objectType) ? TASK_ACTIONS : [];
  return [...new Set([...own, ...listed, ...ofTasks])];
}

/**
 * What is wrong with a pair that a subscription asks for: a misspelt one would wait for ever.
 * @returns the key that is wrong, with a sentence that names what there is; undefined when nothing is.
 */
export function findEventProblem(
  catalog: Catalog,
  wanted: { readonly object_type: string; readonly action: string },
): { readonly key: 'object_type' | 'action'; readonly sentence: string } | undefined {
  const actions = actionsOf(catalog, wanted.object_type);
  if (actions.length === 0) {
    const names = [BULK_DELETE_EVENT, BULK_UNDO_EVENT, ...eventfulTypes(catalog).map(({ name }) => name)];
    return {
      key: 'object_type',
      sentence: `There are no events of this object type. There are events of ${names.join(', ')}.`,
    };
  }
  if (actions.includes(wanted.action)) return undefined;
  return {
    key: 'action',
    sentence: `There is no such event of this object type. There are ${actions.join(', ')}.`,
  };
}
