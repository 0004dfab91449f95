import { closest, distance } from 'fastest-levenshtein';

const SHOWN_CHARACTERS = 60;
const LISTED_NAMES = 40;
/** Longer names are not typing mistakes of short ones, and comparing them would cost time. */
const COMPARED_CHARACTERS = 64;

/** A JSON value in words that fit into an error message, whatever a client sent and however large it is. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** `text` between quotation marks, cut where it is long, with control characters made visible. */
export function quote(text: string): string {
  const characters = Array.from(text.slice(0, 2 * SHOWN_CHARACTERS));
  const shown = characters.slice(0, SHOWN_CHARACTERS).join('');
  return JSON.stringify(shown.length < text.length ? `${shown}…` : shown);
}

/** The candidate that `given` was probably meant to be, or undefined when none is close. */
export function findNearest(given: unknown, candidates: readonly string[]): string | undefined {
  if (typeof given !== 'string' || given.length > COMPARED_CHARACTERS || candidates.length === 0)
    return undefined;
  const text = given.toLowerCase();
  const nearest = closest(text, candidates);
  const tolerated = Math.max(1, Math.floor(nearest.length / 3));
  return distance(text, nearest.toLowerCase()) <= tolerated ? nearest : undefined;
}

/** `Allowed: a, b. Did you mean "a"?` Of very many only the first are named: the rest would bury them. */
export function listAllowed(given: unknown, allowed: readonly string[]): string {
  const nearest = findNearest(given, allowed);
  const hint = nearest === undefined ? '' : ` Did you mean ${quote(nearest)}?`;
  const listed = allowed.slice(0, LISTED_NAMES).join(', ') || 'none';
  const left = allowed.length - LISTED_NAMES;
  return `Allowed: ${listed}${left > 0 ? ` and ${left} others` : ''}.${hint}`;
}
