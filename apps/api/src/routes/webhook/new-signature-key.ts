import { randomBytes } from 'node:crypto';

/** As long as its HMAC-SHA256; Standard Webhooks asks for 24 to 64 bytes. */
const SIGNATURE_KEY_BYTES = 32;

/** A key to sign webhooks with: 64 hex digits. */
export function newSignatureKey(): string {
  return randomBytes(SIGNATURE_KEY_BYTES).toString('hex');
}
