import { createHmac } from 'node:crypto';

/** The keys of a subscription: each 64 hex characters, 32 bytes. */
export interface SignatureKeys {
  /** The one that a receiver should know by now. */
  readonly current: string;
  /** The one before it, while a rotation lasts. */
  readonly previous: string | null;
}

/** How consumers of Standard Webhooks write a key: the same bytes in base64 (standardwebhooks.com, "Symmetric"). */
export function toSigningSecret(signatureKey: string): string {
  return `whsec_${Buffer.from(signatureKey, 'hex').toString('base64')}`;
}

/**
 * Close's signature of a webhook (reference, 5.6): hex HMAC-SHA256 of timestamp and body, nothing between, under the
 * hex-decoded key.
 * @param timestamp unix seconds.
 * @param body the bytes that are sent: another spelling of the same JSON has another signature.
 */
export function signWebhook(signatureKey: string, timestamp: number, body: Buffer): string {
  return createHmac('sha256', Buffer.from(signatureKey, 'hex'))
    .update(String(timestamp))
    .update(body)
    .digest('hex');
}

/** The signature of Standard Webhooks: `v1,` and base64 HMAC-SHA256 of id, timestamp and body with dots between. */
function signStandard(signatureKey: string, id: string, timestamp: number, body: Buffer): string {
  const hash = createHmac('sha256', Buffer.from(signatureKey, 'hex'))
    .update(`${id}.${timestamp}.`)
    .update(body);
  return `v1,${hash.digest('base64')}`;
}

/**
 * The headers by which a receiver knows that a webhook is Winnow's, unchanged, and from when, in both conventions.
 * While a rotation lasts, Standard Webhooks has a list of signatures; Close's header can hold one, which stays that of
 * the old key until the rotation ends, so that no receiver is cut off, with the new one in a header beside it.
 * @param id stays the same when the webhook is sent again.
 */
export function signatureHeaders(
  { current, previous }: SignatureKeys,
  { id, at, body }: { readonly id: string; readonly at: Date; readonly body: Buffer },
): Record<string, string> {
  const timestamp = Math.floor(at.getTime() / 1000);
  const common = {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'close-sig-timestamp': String(timestamp),
  };
  const standard = signStandard(current, id, timestamp, body);
  const close = signWebhook(current, timestamp, body);
  if (previous === null) return { ...common, 'webhook-signature': standard, 'close-sig-hash': close };
  return {
    ...common,
    'webhook-signature': `${standard} ${signStandard(previous, id, timestamp, body)}`,
    'close-sig-hash': signWebhook(previous, timestamp, body),
    'close-sig-hash-next': close,
  };
}
