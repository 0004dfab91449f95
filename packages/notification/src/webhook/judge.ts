import { type AttemptOutcome, tidyReason } from '../attempt.ts';
import type { WebhookAnswer } from './sender.ts';

/** The receiver says that it is gone for good: its subscription is paused. */
export const GONE = 410;

/** Every status but 2xx is a failure, a redirect included (reference, 5.6). */
export function judgeAnswer({ statusCode, excerpt }: WebhookAnswer): AttemptOutcome {
  if (statusCode >= 200 && statusCode < 300) return { kind: 'delivered', statusCode };
  const reason = tidyReason(`The receiver answered ${statusCode}. ${excerpt}`);
  return { kind: statusCode === GONE ? 'failed' : 'retry', statusCode, reason };
}
