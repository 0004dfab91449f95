import { Refusal } from '../../refusal.ts';

/** Most entries of one request. */
export const MAX_ENTRIES = 1000;

/** What one entry names a lead by: at least one of the two. */
export interface Entry {
  readonly externalId?: string;
  readonly phoneNumber?: string;
}

export interface Asked {
  /** As it was sent; anything may stand in it. */
  readonly campaignId: string;
  readonly entries: readonly Entry[];
}

const KEYS = ['campaignId', 'leads'];
const IDENTIFIERS = ['externalId', 'phoneNumber'] as const;

/**
 * Reads the body. The sentences are those that clients of this endpoint know; where they know none, it is one of the
 * same kind. Other keys of an entry are passed over, since entries are often whole leads; beside `leads` they are
 * refused, since one that was passed over could have meant less.
 * @throws Refusal 400 with the first thing that is wrong.
 */
export function readAsked(body: unknown): Asked {
  if (!isObject(body)) throw refuse('The request body must be a JSON object');
  const { campaignId, leads } = body;
  if (campaignId === undefined || campaignId === null || campaignId === '') {
    throw refuse('campaignId is required');
  }
  if (typeof campaignId !== 'string') throw refuse('campaignId must be a string');
  if (!Array.isArray(leads)) throw refuse('leads array is required');
  if (leads.length === 0) throw refuse('leads array cannot be empty');
  if (leads.length > MAX_ENTRIES) {
    throw refuse(`Maximum ${MAX_ENTRIES} leads per bulk delete request`);
  }
  const unknown = Object.keys(body).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw refuse(`${unknown} is not a known field`);
  return { campaignId, entries: leads.map(readEntry) };
}

function readEntry(given: unknown, index: number): Entry {
  const entry: { externalId?: string; phoneNumber?: string } = {};
  for (const name of isObject(given) ? IDENTIFIERS : []) {
    const value = isObject(given) && Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined || value === null) continue;
    // A number has lost leading zeros, and digits beyond a double's, before it came here.
    if (typeof value !== 'string') throw refuse(`leads[${index}]: ${name} must be a string`);
    if (value.trim() !== '') entry[name] = value;
  }
  if (Object.keys(entry).length === 0) {
    throw refuse(`leads[${index}]: At least one of phoneNumber or externalId is required`);
  }
  return entry;
}

function refuse(error: string): Refusal {
  return new Refusal(400, { error });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
