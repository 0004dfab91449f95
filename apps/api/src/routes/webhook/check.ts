import type { Catalog } from '@winnow/catalog';
import type { JsonObject } from '@winnow/db';
import { FilterError, findEventProblem, findWebhookUrlProblem, parseFilter } from '@winnow/notification';
import { type FieldErrors, invalid } from '../../refusal.ts';

interface WantedEvent {
  readonly object_type: string;
  readonly action: string;
  readonly extra_filter?: unknown;
}

interface WebhookBody {
  readonly url?: string;
  readonly events?: readonly WantedEvent[];
  readonly event_filter?: unknown;
}

/** Names that lead to the machine itself (RFC 6761, 6.3); every other name is judged by its address, at delivery. */
const LOCAL_NAME = /^(.+\.)?localhost\.?$/i;

/** What a schema cannot say about a subscription. @throws Refusal 400 that names every wrong field. */
export function assertWebhook(
  body: WebhookBody,
  { catalog, allowPrivate }: { readonly catalog: Catalog; readonly allowPrivate: boolean },
): void {
  const fieldErrors: Record<string, string> = {};
  if (body.url !== undefined) {
    const problem =
      findWebhookUrlProblem(body.url, { allowPrivate }) ?? findNameProblem(body.url, allowPrivate);
    if (problem !== undefined) fieldErrors.url = problem;
  }
  Object.assign(fieldErrors, findFilterProblem(body.event_filter, 'event_filter'));
  for (const [index, event] of (body.events ?? []).entries()) {
    const path = `events[${index}]`;
    const problem = findEventProblem(catalog, event);
    if (problem) fieldErrors[`${path}.${problem.key}`] = problem.sentence;
    Object.assign(fieldErrors, findFilterProblem(event.extra_filter, `${path}.extra_filter`));
  }
  if (Object.keys(fieldErrors).length > 0) throw invalid(fieldErrors);
}

/** What is stored of the events: a key that means nothing to us today might mean something to a later version. */
export function storedEvents(events: readonly WantedEvent[]): JsonObject[] {
  return events.map(({ object_type, action, extra_filter }) => {
    const filter = storedFilter(extra_filter, 'extra_filter');
    return { object_type, action, ...(filter === null ? {} : { extra_filter: filter }) };
  });
}

/** A filter as it is stored; null for none. @throws FilterError: it must have been checked before. */
export function storedFilter(given: unknown, path: string): JsonObject | null {
  return given === undefined || given === null ? null : { ...parseFilter(given, path) };
}

function findFilterProblem(given: unknown, path: string): FieldErrors {
  try {
    storedFilter(given, path);
    return {};
  } catch (error) {
    if (error instanceof FilterError) return { [error.path]: error.message };
    throw error;
  }
}

function findNameProblem(url: string, allowPrivate: boolean): string | undefined {
  return !allowPrivate && LOCAL_NAME.test(new URL(url).hostname)
    ? 'The URL must lead to a public address.'
    : undefined;
}
