import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { decodeId, encodeId, ID_PREFIX } from '@winnow/catalog';

/** 128 random bits: nobody guesses them, so one round of SHA-256 keeps them as safe as a slow hash would. */
const SECRET_BYTES = 16;
const SECRET = /^[0-9A-Za-z]{22}$/;

/** A key in two halves: the first finds the row, the second proves that the caller holds the key. */
export interface ApiKeyParts {
  /** UUID of the key's row. */
  readonly id: string;
  /** 22 base-62 characters; never stored, never logged. */
  readonly secret: string;
}

/** A fresh secret half: 22 base-62 characters of 128 random bits. */
export function createApiKeySecret(): string {
  return encodeId('', randomBytes(SECRET_BYTES).toString('hex')).slice(1);
}

/** The text that a client sends: `api_` + 22 characters + `.` + 22 characters (reference, 4.1). */
export function formatApiKey(parts: ApiKeyParts): string {
  return `${encodeId(ID_PREFIX.apiKey, parts.id)}.${parts.secret}`;
}

/** The halves of a key, or undefined when `text` has not the form of one. */
export function parseApiKey(text: string): ApiKeyParts | undefined {
  const dot = text.indexOf('.');
  const secret = text.slice(dot + 1);
  if (dot < 0 || !text.startsWith(`${ID_PREFIX.apiKey}_`) || !SECRET.test(secret)) return undefined;
  const id = decodeId(ID_PREFIX.apiKey, text.slice(0, dot));
  return id === undefined ? undefined : { id, secret };
}

/** What is stored of a secret: its SHA-256, 32 bytes. */
export function hashApiKeySecret(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}

/** Whether the secret belongs to the hash, in a time that does not tell how much of it was right. */
export function matchesApiKeySecret(secret: string, hash: Buffer): boolean {
  const given = hashApiKeySecret(secret);
  return given.length === hash.length && timingSafeEqual(given, hash);
}
