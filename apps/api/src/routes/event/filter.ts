import { type Catalog, decodeId, findObjectType, ID_PREFIX, objectTypeOf } from '@winnow/catalog';
import { type EventFilter, eventfulTypes, rootIdName } from '@winnow/event-log';
import { type FieldErrors, invalid } from '../../refusal.ts';
import { readMoment } from '../../wire/moment.ts';

/** An id that nothing has: what cannot be an id matches no event, as an id that nobody has does. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

const BOUNDS = ['gt', 'gte', 'lt', 'lte'] as const;

/** Names of the filters (reference, 5.1), each with what it means. */
export function filterParameters(catalog: Catalog): Readonly<Record<string, string>> {
  const root = rootIdName(catalog);
  return {
    object_type: 'Only events about objects of this type.',
    object_id: 'Only events about this object.',
    action: 'Only events of this action.',
    ...(root === undefined ? {} : { [root]: 'Only events about this object and what belonged to it.' }),
    user_id: 'Only events that this user caused.',
    request_id: 'Only events of this request.',
    ...Object.fromEntries(
      BOUNDS.map((bound) => [`date_updated__${bound}`, `Only events ${WORDS[bound]} this moment.`]),
    ),
  };
}

const WORDS = { gt: 'after', gte: 'at or after', lt: 'before', lte: 'at or before' } as const;

/**
 * Reads the filters of a query string. All of them may stand together.
 * @throws Refusal 400 for a parameter that is none, and for a moment that is not one.
 */
export function readEventFilter(catalog: Catalog, query: Readonly<Record<string, unknown>>): EventFilter {
  const names = Object.keys(filterParameters(catalog));
  const fieldErrors: Record<string, string> = {};
  for (const name of Object.keys(query)) {
    if (!name.startsWith('_') && !names.includes(name))
      fieldErrors[name] = `Events cannot be filtered by it. They can by: ${names.join(', ')}.`;
  }
  const text = (name: string): string | undefined => {
    const value = query[name];
    return typeof value === 'string' ? value : undefined;
  };
  const dates = Object.fromEntries(
    BOUNDS.flatMap((bound) => {
      const name = `date_updated__${bound}`;
      const given = text(name);
      if (given === undefined) return [];
      const moment = readMoment(given);
      if (moment === undefined) fieldErrors[name] = 'Must be a moment, as in 2026-01-31T09:30:00+00:00.';
      return moment === undefined ? [] : [[bound, new Date(moment)]];
    }),
  );
  assertNone(fieldErrors);
  const root = rootIdName(catalog);
  const rootId = root === undefined ? undefined : text(root);
  const userId = text('user_id');
  return {
    objectType: text('object_type'),
    action: text('action'),
    ...readObjectId(catalog, text('object_id')),
    rootId: rootId === undefined ? undefined : readRootId(catalog, rootId),
    userId: userId === undefined ? undefined : (decodeId(ID_PREFIX.user, userId) ?? NOBODY),
    requestId: text('request_id'),
    dates,
  };
}

function readRootId(catalog: Catalog, text: string): string {
  const root = findObjectType(catalog, catalog.rootObjectType ?? '');
  return (root && decodeId(objectTypeOf(catalog, root.name).idPrefix, text)) ?? NOBODY;
}

/** An id with a prefix may belong to several types (all activities are `acti_`), a plain UUID to any. */
function readObjectId(
  catalog: Catalog,
  text: string | undefined,
): Pick<EventFilter, 'objectId' | 'objectIdTypes'> {
  if (text === undefined) return {};
  const bulkAction = decodeId(ID_PREFIX.bulkDelete, text) ?? decodeId(ID_PREFIX.bulkUndo, text);
  const types = eventfulTypes(catalog).filter((type) => decodeId(type.idPrefix, text) !== undefined);
  const [first] = types;
  const objectId = (first && decodeId(first.idPrefix, text)) ?? bulkAction ?? NOBODY;
  return { objectId, objectIdTypes: types.map(({ name }) => name) };
}

function assertNone(fieldErrors: FieldErrors): void {
  if (Object.keys(fieldErrors).length > 0) throw invalid(fieldErrors);
}
