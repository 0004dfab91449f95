import { QueryError } from '../errors.ts';
import { QUERY_LIMITS } from '../limits.ts';
import { describeValue, findNearest, listAllowed, quote } from '../wording.ts';
import { assertWithin, countText, type Place, stepInto } from './place.ts';

/** Characters that Postgres cannot store: NUL, and halves of a surrogate pair (which UTF-8 has no form for). */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/**
 * Reads one JSON object key by key, so that every refusal names its path, and remembers the keys that were asked
 * for: `finish` refuses the rest. Keys are own properties only; null counts as absent.
 */
export class Reader {
  readonly place: Place;
  readonly #json: object;
  readonly #asked = new Set<string>();

  /** @throws QueryError QUERY_WRONG_TYPE when `json` is no object; `what` names what should stand there. */
  constructor(json: unknown, place: Place, what: string) {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      throw new QueryError(
        'QUERY_WRONG_TYPE',
        place.path,
        `Must be ${what}, an object; got ${describeValue(json)}.`,
      );
    }
    this.place = place;
    this.#json = json;
  }

  /** The place of the value of `key`. */
  at(key: string): Place {
    return stepInto(this.place, key);
  }

  /** Whether the object has `key` and it is not null. */
  has(key: string): boolean {
    return this.optional(key) !== undefined;
  }

  /** The object's own keys. */
  keys(): readonly string[] {
    return Object.keys(this.#json);
  }

  /** The value of `key`, or undefined when it is absent or null. */
  optional(key: string): unknown {
    this.#asked.add(key);
    const value: unknown = Object.hasOwn(this.#json, key) ? Reflect.get(this.#json, key) : undefined;
    return value ?? undefined;
  }

  /** The value of `key`, not null. @throws QueryError QUERY_MISSING_KEY */
  required(key: string): unknown {
    const value = this.optional(key);
    if (value === undefined) {
      const similar = findNearest(
        key,
        this.keys().filter((candidate) => !this.#asked.has(candidate)),
      );
      const hint = similar === undefined ? '' : ` Is ${quote(similar)} a typing mistake?`;
      throw new QueryError('QUERY_MISSING_KEY', this.at(key).path, `The key "${key}" is required.${hint}`);
    }
    return value;
  }

  /** @throws QueryError QUERY_MISSING_KEY, QUERY_WRONG_TYPE, QUERY_MALFORMED_TEXT, QUERY_TOO_LARGE */
  text(key: string): string {
    return readText(this.required(key), this.at(key));
  }

  /** @throws QueryError QUERY_MISSING_KEY, QUERY_WRONG_TYPE, QUERY_UNKNOWN_VALUE */
  oneOf<T extends string>(key: string, allowed: readonly T[]): T {
    const given = this.required(key);
    const found = allowed.find((candidate) => candidate === given);
    if (found === undefined) {
      const code = typeof given === 'string' ? 'QUERY_UNKNOWN_VALUE' : 'QUERY_WRONG_TYPE';
      const reason = `${describeValue(given)} is no ${key}. ${listAllowed(given, allowed)}`;
      throw new QueryError(code, this.at(key).path, reason);
    }
    return found;
  }

  /** @throws QueryError QUERY_MISSING_KEY, QUERY_WRONG_TYPE */
  boolean(key: string): boolean {
    const value = this.required(key);
    if (typeof value !== 'boolean') throw wrongType('true or false', value, this.at(key));
    return value;
  }

  /** A finite number, or null when the key is absent. @throws QueryError QUERY_WRONG_TYPE, QUERY_NUMBER_OUT_OF_RANGE */
  optionalNumber(key: string): number | null {
    const value = this.optional(key);
    if (value === undefined) return null;
    if (typeof value !== 'number') throw wrongType('a number', value, this.at(key));
    if (!Number.isFinite(value)) {
      throw new QueryError('QUERY_NUMBER_OUT_OF_RANGE', this.at(key).path, 'The number is too large.');
    }
    return value;
  }

  /** A list, each item read by `read`. @throws QueryError QUERY_MISSING_KEY, QUERY_WRONG_TYPE, QUERY_TOO_LARGE */
  list<T>(key: string, read: (item: unknown, place: Place) => T): readonly T[] {
    const value = this.required(key);
    if (!Array.isArray(value)) throw wrongType('a list', value, this.at(key));
    assertWithin(this.at(key), value.length, QUERY_LIMITS.listValues, `values in "${key}"`);
    return value.map((item: unknown, index) => read(item, stepInto(this.at(key), index)));
  }

  /** As `list`, but an empty one is refused. @throws QueryError QUERY_EMPTY_LIST too */
  filledList<T>(key: string, read: (item: unknown, place: Place) => T): readonly T[] {
    const items = this.list(key, read);
    if (items.length === 0) {
      const reason = `"${key}" is empty: nothing could match, and negated everything would. Give at least one value.`;
      throw new QueryError('QUERY_EMPTY_LIST', this.at(key).path, reason);
    }
    return items;
  }

  /** Refuses keys that nobody asked for. @throws QueryError QUERY_UNKNOWN_KEY */
  finish(): void {
    const unknown = this.keys().find((key) => !this.#asked.has(key));
    if (unknown === undefined) return;
    const reason = `The key ${quote(unknown)} is not known here. ${listAllowed(unknown, [...this.#asked])}`;
    throw new QueryError('QUERY_UNKNOWN_KEY', this.place.path, reason);
  }
}

/** @throws QueryError QUERY_WRONG_TYPE, QUERY_MALFORMED_TEXT, QUERY_TOO_LARGE */
export function readText(value: unknown, place: Place): string {
  if (typeof value !== 'string') throw wrongType('a text', value, place);
  countText(place, value);
  if (UNSTORABLE.test(value)) {
    const reason = 'The text holds a NUL or half a surrogate pair, which no stored value can hold.';
    throw new QueryError('QUERY_MALFORMED_TEXT', place.path, reason);
  }
  return value;
}

/** @returns the error for a value of another JSON type than `expected`. */
export function wrongType(expected: string, given: unknown, place: Place): QueryError {
  return new QueryError('QUERY_WRONG_TYPE', place.path, `Must be ${expected}; got ${describeValue(given)}.`);
}
