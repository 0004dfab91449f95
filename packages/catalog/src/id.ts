import { v7 } from 'uuid';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = BigInt(ALPHABET.length);
const MAX_UUID = (1n << 128n) - 1n;
/** 62^22 > 2^128: 22 characters hold every UUID, and a fixed length keeps ids sortable by creation. */
const ENCODED = /^[0-9A-Za-z]{22}$/;
/** Any 128 bits, as Postgres accepts them: clients also hold UUIDs of no RFC 9562 version. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A new row key: UUID version 7 (RFC 9562), so that keys grow with time and inserts stay at one end of an index. */
export function newId(): string {
  return v7();
}

/** `prefix_` and the UUID's 128 bits as 22 base-62 characters. */
export function encodeId(prefix: string, uuid: string): string {
  let value = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let encoded = '';
  while (value > 0n) {
    encoded = ALPHABET[Number(value % BASE)] + encoded;
    value /= BASE;
  }
  return `${prefix}_${encoded.padStart(22, '0')}`;
}

/**
 * The UUID behind a wire id, or undefined when `text` is neither `prefix_…` of this prefix nor a plain UUID.
 * An id of another prefix is refused: a contact's id must never be taken for a lead's.
 */
export function decodeId(prefix: string, text: string): string | undefined {
  if (UUID.test(text)) return text.toLowerCase();
  if (!text.startsWith(`${prefix}_`)) return undefined;
  const encoded = text.slice(prefix.length + 1);
  if (!ENCODED.test(encoded)) return undefined;
  let value = 0n;
  for (const character of encoded) value = value * BASE + BigInt(ALPHABET.indexOf(character));
  if (value > MAX_UUID) return undefined;
  return value
    .toString(16)
    .padStart(32, '0')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
