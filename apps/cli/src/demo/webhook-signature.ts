import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ReceivedWebhook } from '@winnow/embedded';

/**
 * Checks a webhook as its receiver should: HMAC-SHA256 over the timestamp and the raw body, keyed by the hex-decoded
 * signature key, compared in constant time (docs/api.md; Close's documentation of webhook signatures).
 */
export function isSignedBy(webhook: ReceivedWebhook, signatureKey: string): boolean {
  const timestamp = webhook.headers['close-sig-timestamp'];
  const given = webhook.headers['close-sig-hash'];
  if (typeof timestamp !== 'string' || typeof given !== 'string') return false;
  const expected = createHmac('sha256', Buffer.from(signatureKey, 'hex'))
    .update(timestamp)
    .update(webhook.body)
    .digest();
  const received = Buffer.from(given, 'hex');
  return received.length === expected.length && timingSafeEqual(received, expected);
}
