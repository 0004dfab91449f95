import { invalid } from '../refusal.ts';

export const HEADER = 'idempotency-key';
/** The same for clients that cannot set a header: a key of the body, beside the others. */
export const BODY_KEY = 'idempotency_key';

const PRINTABLE = /^[\x20-\x7e]{1,255}$/;
/** A string of a structured field (RFC 8941, 3.3.3): only quotes and backslashes are escaped. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
const RULE = 'Must be a text of 1 to 255 printable ASCII characters, in double quotes or bare.';

/** What a client calls its request, and where it said so. */
export interface GivenKey {
  readonly key: string;
  readonly from: 'header' | 'body';
}

/**
 * Takes the key of a request: of its header, or of its body. Quoted and bare are the same key.
 * @returns the key, if there is one, and the body without it.
 * @throws Refusal 400 when it is malformed, or when header and body differ.
 */
export function takeKey(
  header: string | readonly string[] | undefined,
  body: unknown,
): { readonly given: GivenKey | undefined; readonly body: unknown } {
  const ofHeader = header === undefined ? undefined : readKeyText(String(header), 'Idempotency-Key');
  if (!isObject(body) || !Object.hasOwn(body, BODY_KEY)) {
    return { given: ofHeader === undefined ? undefined : { key: ofHeader, from: 'header' }, body };
  }
  const { [BODY_KEY]: text, ...rest } = body;
  if (text === null) return { ...takeKey(header, rest), body: rest };
  if (typeof text !== 'string') throw invalid({ [BODY_KEY]: RULE });
  const ofBody = readKeyText(text, BODY_KEY);
  if (ofHeader !== undefined && ofHeader !== ofBody) {
    throw invalid({
      [BODY_KEY]: 'Is another key than that of the header Idempotency-Key. Send one of the two.',
    });
  }
  return { given: { key: ofBody, from: ofHeader === undefined ? 'body' : 'header' }, body: rest };
}

function readKeyText(text: string, field: string): string {
  const trimmed = text.trim();
  const key = trimmed.startsWith('"') ? QUOTED.exec(trimmed)?.[1]?.replaceAll(/\\(.)/g, '$1') : trimmed;
  if (key === undefined || !PRINTABLE.test(key)) throw invalid({ [field]: RULE });
  return key;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
