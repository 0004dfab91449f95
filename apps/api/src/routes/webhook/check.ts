import type { JsonObject } from '@winnow/db';
import { findWebhookUrlProblem } from '@winnow/notification';
import { type FieldErrors, invalid } from '../../refusal.ts';

interface WebhookBody {
  readonly url?: string;
  readonly events?: readonly { readonly object_type: string; readonly action: string }[];
}

/** Names that lead to the machine itself (RFC 6761, 6.3); every other name is judged by its address, at delivery. */
const LOCAL_NAME = /^(.+\.)?localhost\.?$/i;

const NO_FILTERS =
  'Filters are not supported yet, and without it this subscription would be sent more than it asks for.';

/** What a schema cannot say about a subscription. @throws Refusal 400 that names every wrong field. */
export function assertWebhook(body: WebhookBody, rules: { readonly allowPrivate: boolean }): void {
  const fieldErrors: Record<string, string> = {};
  if (body.url !== undefined) {
    const problem = findWebhookUrlProblem(body.url, rules) ?? findNameProblem(body.url, rules);
    if (problem !== undefined) fieldErrors.url = problem;
  }
  if (isGiven(body, 'event_filter')) fieldErrors.event_filter = NO_FILTERS;
  for (const [index, event] of (body.events ?? []).entries()) {
    if (isGiven(event, 'extra_filter')) fieldErrors[`events[${index}].extra_filter`] = NO_FILTERS;
  }
  assertNone(fieldErrors);
}

/** What is stored of the events: a key that means nothing to us today might mean something to a later version. */
export function storedEvents(
  events: readonly { readonly object_type: string; readonly action: string }[],
): JsonObject[] {
  return events.map(({ object_type, action }) => ({ object_type, action }));
}

function findNameProblem(
  url: string,
  { allowPrivate }: { readonly allowPrivate: boolean },
): string | undefined {
  return !allowPrivate && LOCAL_NAME.test(new URL(url).hostname)
    ? 'The URL must lead to a public address.'
    : undefined;
}

function isGiven(object: object, key: string): boolean {
  const value: unknown = Object.getOwnPropertyDescriptor(object, key)?.value;
  return value !== undefined && value !== null;
}

function assertNone(fieldErrors: FieldErrors): void {
  if (Object.keys(fieldErrors).length > 0) throw invalid(fieldErrors);
}
