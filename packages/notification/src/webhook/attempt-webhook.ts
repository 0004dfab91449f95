import { encodeId, ID_PREFIX } from '@winnow/catalog';
import { findActiveSubscription, findEventForDelivery, type LeasedDelivery } from '@winnow/db';
import { type AttemptOutcome, describeError, tidyReason } from '../attempt.ts';
import type { NotificationDeps } from '../deps.ts';
import { presentEvent } from '../present-event.ts';
import { postWebhook, type WebhookAnswer } from './post.ts';
import { closeSignatureHeaders } from './sign.ts';

const CONTENT_HEADERS = { 'content-type': 'application/json', 'user-agent': 'Winnow' };

/** Every status but 2xx is a failure, a redirect included (reference, 5.6). */
function judgeAnswer({ statusCode, excerpt }: WebhookAnswer): AttemptOutcome {
  if (statusCode >= 200 && statusCode < 300) return { kind: 'delivered', statusCode };
  return { kind: 'retry', statusCode, reason: tidyReason(`The receiver answered ${statusCode}. ${excerpt}`) };
}

/**
 * Posts an event to a subscription's URL, once. The event's id is the same on every attempt, the time stamp and with it
 * the signature are those of the attempt.
 */
export async function attemptWebhook(deps: NotificationDeps, lease: LeasedDelivery): Promise<AttemptOutcome> {
  const event = await findEventForDelivery(deps.db, lease.event_id);
  const subscription =
    lease.subscription_id === null
      ? undefined
      : await findActiveSubscription(deps.db, {
          organizationId: lease.organization_id,
          id: lease.subscription_id,
        });
  if (!event || !subscription) {
    // Pausing clears the queue of a subscription; its owner reads what was missed from the event log (reference, 5.6).
    return { kind: 'failed', statusCode: null, reason: 'The subscription is paused or gone.' };
  }
  const payload = {
    subscription_id: encodeId(ID_PREFIX.webhookSubscription, subscription.id),
    event: presentEvent(event, deps.catalog),
  };
  const body = Buffer.from(JSON.stringify(payload));
  try {
    const answer = await postWebhook({
      url: subscription.url,
      headers: {
        ...CONTENT_HEADERS,
        ...closeSignatureHeaders(subscription.signature_key, lease.leased_at, body),
      },
      body,
      verifySsl: subscription.verify_ssl,
      allowPrivate: deps.settings.webhookAllowPrivate,
      timeoutMs: deps.settings.webhookTimeoutMs,
    });
    return judgeAnswer(answer);
  } catch (error) {
    return { kind: 'retry', statusCode: null, reason: describeError(error) };
  }
}
