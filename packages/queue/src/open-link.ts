import type { OnError, ProducerLink, WorkerLink } from './link.ts';
import { openPostgresProducer, openPostgresWorker } from './postgres-link.ts';
import { openRedisProducer, openRedisWorker } from './redis-link.ts';
import type { QueueSettings } from './settings.ts';

/** The one place that chooses between the backends. */
export function openProducer(settings: QueueSettings, onError: OnError): ProducerLink {
  return settings.backend === 'redis'
    ? openRedisProducer(settings, onError)
    : openPostgresProducer(settings, onError);
}

export function openWorker(settings: QueueSettings, onError: OnError): WorkerLink {
  return settings.backend === 'redis'
    ? openRedisWorker(settings, onError)
    : openPostgresWorker(settings, onError);
}
