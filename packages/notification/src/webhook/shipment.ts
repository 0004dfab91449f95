import { createHash } from 'node:crypto';
import type { JsonObject } from '@winnow/db';

/** One POST. */
export interface Shipment {
  /** Its `webhook-id`: the same for the same events, whenever they are sent. */
  readonly id: string;
  readonly body: Buffer;
  readonly nEvents: number;
}

/** Of a batch in Standard Webhooks’ `type`. */
const BATCH_TYPE = 'batch';
const HASH_DIGITS = 32;

/** Event stamps are naive UTC; Standard Webhooks wants ISO 8601 with a zone. */
const timestampOf = (event: JsonObject): string => `${String(event.date_created)}Z`;

/** An event as the body of Close's webhooks (reference, 5.5), with `type` and `timestamp` for Standard Webhooks. */
export function shipEvent(subscriptionId: string, event: JsonObject): Shipment {
  const payload = {
    subscription_id: subscriptionId,
    event,
    type: `${String(event.object_type)}.${String(event.action)}`,
    timestamp: timestampOf(event),
  };
  return { id: String(event.id), body: Buffer.from(JSON.stringify(payload)), nEvents: 1 };
}

/** Several events, at least one, in the list of a batch. */
export function shipBatch(subscriptionId: string, events: readonly [JsonObject, ...JsonObject[]]): Shipment {
  const payload = {
    subscription_id: subscriptionId,
    events,
    type: BATCH_TYPE,
    timestamp: timestampOf(events[0]),
  };
  // Made of the ids, so that it needs to be kept nowhere: whoever sends the same events again makes the same id.
  const ids = createHash('sha256')
    .update(events.map(({ id }) => String(id)).join())
    .digest('hex');
  return {
    id: `msg_${ids.slice(0, HASH_DIGITS)}`,
    body: Buffer.from(JSON.stringify(payload)),
    nEvents: events.length,
  };
}
