import { createHmac } from 'node:crypto';

/**
 * Close's signature of a webhook (reference, 5.6): hex HMAC-SHA256 of timestamp and body, nothing between, under the
 * hex-decoded key.
 * @param signatureKey 64 hex characters.
 * @param timestamp unix seconds.
 * @param body the bytes that are sent: another spelling of the same JSON has another signature.
 */
export function signWebhook(signatureKey: string, timestamp: number, body: Buffer): string {
  return createHmac('sha256', Buffer.from(signatureKey, 'hex'))
    .update(String(timestamp))
    .update(body)
    .digest('hex');
}

/** The headers by which a receiver knows that a webhook is Winnow's, unchanged, and from when. */
export function closeSignatureHeaders(signatureKey: string, at: Date, body: Buffer): Record<string, string> {
  const timestamp = Math.floor(at.getTime() / 1000);
  return {
    'close-sig-timestamp': String(timestamp),
    'close-sig-hash': signWebhook(signatureKey, timestamp, body),
  };
}
