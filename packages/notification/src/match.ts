import type { Catalog } from '@winnow/catalog';
import type { JsonObject, SubscriptionWishes } from '@winnow/db';
import { type EventSubject, eventfulTypes, findEventSubject, type RecordAction } from '@winnow/event-log';
import { passes } from './filter/evaluate.ts';
import type { EventFilter } from './filter/filter.ts';
import { parseFilter } from './filter/parse.ts';

/** What a subscription asks for, ready to be asked about many events. */
export interface Wishes {
  /**
   * The event as the subscription is sent it, or undefined when it does not ask for it. An event of an object type
   * that was asked for by an alias is sent under the alias; kinds (`task.lead`) are asked for by theirs or by the type.
   */
  match(event: JsonObject): JsonObject | undefined;
  /** The object types, by canonical name, whose records are asked for when this happens to them, before filters. */
  recordTypes(action: RecordAction): readonly string[];
  /** The same by the names that were asked for. */
  recordNames(action: RecordAction, objectTypes: readonly string[]): readonly string[];
}

interface Wish {
  readonly name: string;
  readonly action: string;
  readonly filter: EventFilter | undefined;
  /** What the name stands for; undefined for what no catalog knows, such as `bulk_action.delete`. */
  readonly subject: EventSubject | undefined;
}

/**
 * Reads what a subscription asks for (reference, 5.5): both words equal, no wildcards, and the filters hold. The first
 * of its wishes that fits decides, so an event comes once however many do.
 */
export function readWishes(catalog: Catalog, subscription: Omit<SubscriptionWishes, 'id'>): Wishes {
  const all = subscription.event_filter ? parseFilter(subscription.event_filter, 'event_filter') : undefined;
  const wishes = subscription.events.map((stored) => readWish(catalog, stored));
  const eventful = eventfulTypes(catalog);
  const recordsFor = (wanted: RecordAction) =>
    wishes.flatMap(({ name, action, subject }) =>
      action === wanted && subject && eventful.includes(subject.type)
        ? [{ name, type: subject.type.name }]
        : [],
    );
  const subjects = new Map<string, EventSubject | undefined>();
  const subjectOf = (name: string): EventSubject | undefined => {
    if (!subjects.has(name)) subjects.set(name, findEventSubject(catalog, name));
    return subjects.get(name);
  };
  return {
    recordTypes: (action) => [...new Set(recordsFor(action).map(({ type }) => type))],
    recordNames: (action, objectTypes) => [
      ...new Set(
        recordsFor(action)
          .filter(({ type }) => objectTypes.includes(type))
          .map(({ name }) => name),
      ),
    ],
    match(event) {
      const name = String(event.object_type);
      for (const wish of wishes) {
        if (wish.action !== event.action || !covers(wish, name, subjectOf)) continue;
        const shown = isAlias(wish) ? { ...event, object_type: wish.name } : event;
        if (wish.filter && !passes(wish.filter, shown)) continue;
        if (all && !passes(all, shown)) continue;
        return shown;
      }
      return undefined;
    },
  };
}

/** Whether a wish is about objects that an event calls so: by name, or all kinds of the type that it names. */
function covers(
  { name, subject }: Wish,
  eventName: string,
  subjectOf: (name: string) => EventSubject | undefined,
): boolean {
  if (name === eventName) return true;
  const actual = subject && subjectOf(eventName);
  return (
    actual !== undefined && actual.type === subject?.type && (subject.kind ?? actual.kind) === actual.kind
  );
}

/** Whether a wish names its type by another name than its own. */
function isAlias({ name, subject }: Wish): boolean {
  return subject !== undefined && name !== subject.type.name && subject.kind === null;
}

function readWish(catalog: Catalog, stored: JsonObject): Wish {
  const name = String(stored.object_type);
  return {
    name,
    action: String(stored.action),
    filter: stored.extra_filter ? parseFilter(stored.extra_filter, 'extra_filter') : undefined,
    subject: findEventSubject(catalog, name),
  };
}
