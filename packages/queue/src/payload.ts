import { type Static, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';

/** Ids and suffixes become part of a BullMQ job id, which may not contain `:`. */
const NAME = Type.String({ minLength: 1, maxLength: 100, pattern: '^[A-Za-z0-9_-]+$' });

/** All that a job ever carries: anything else would be a second truth beside Postgres. */
const JobPayload = Type.Object({ id: NAME }, { additionalProperties: false });

export type JobPayload = Static<typeof JobPayload>;

/** A mistake of the caller, not of the queue: this ring could never be understood. */
export class RingError extends Error {
  constructor(what: string) {
    super(`${what} is made of 1 to 100 letters, digits, "_" and "-".`);
    this.name = 'RingError';
  }
}

/** The payload of a received job, or `undefined` when it is not one of ours. */
export function readPayload(data: unknown): JobPayload | undefined {
  return Value.Check(JobPayload, data) ? data : undefined;
}

/** The payload to send for an id. @throws RingError when the id could not be received. */
export function makePayload(id: string): JobPayload {
  const payload = { id };
  if (!Value.Check(JobPayload, payload)) throw new RingError('An id in a queue');
  return payload;
}

/**
 * The job id under which rings with the same `once` are the same job.
 * It holds a `-`, so it is never all digits: those ids are BullMQ's own.
 * @throws RingError when the suffix is not a name.
 */
export function makeJobId(id: string, once: string): string {
  if (!Value.Check(NAME, once)) throw new RingError('The suffix of a job id');
  return `${id}-${once}`;
}
