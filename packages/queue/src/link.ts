import type { BackendFactory, IQueueBackend } from 'bullmq';

/** What a doorbell rings through: one set of connections for all queues. */
export interface ProducerLink {
  readonly backend: IQueueBackend;
  /** Resolves when commands can be tried, which may be never. A rejection is final: only a new link can work. */
  ready(): Promise<void>;
  /** Cuts every connection without waiting for an answer, and lets none be opened again. */
  destroy(): void;
}

/** What one queue worker takes its jobs through. */
export interface WorkerLink {
  /** Ignores the `connection` it is called with: the link has its own. */
  readonly backendFactory: BackendFactory<IQueueBackend, object>;
  destroy(): void;
}

/** Told of every error of a connection; the connection looks after itself. */
export type OnError = (error: Error) => void;
