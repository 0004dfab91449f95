/** One queue for each kind of work; the id in a job says which row of Postgres it is about. */
export const QUEUES = {
  /** Id of a bulk delete, or of the undo of one: give it a turn. */
  bulkDelete: 'bulk-delete',
  /** Id of an outbox event: turn it into deliveries. */
  event: 'event',
  /** Id of a delivery by e-mail: try to send it. */
  delivery: 'delivery',
  /** Id of a webhook subscription: give it a turn. */
  webhook: 'webhook',
} as const;

export type QueueName = (typeof QUEUES)[keyof typeof QUEUES];
