export { type Lifeline, runWhenGone } from './lifeline.ts';
export { type MailOutbox, type OutboxMessage, openMailOutbox } from './mail-outbox.ts';
export { type EmbeddedPostgres, type PostgresOptions, startPostgres } from './postgres.ts';
export { removePostgres } from './remove-postgres.ts';
export { findRunningPostgres } from './running-postgres.ts';
export { type ReceivedWebhook, startWebhookReceiver, type WebhookReceiver } from './webhook-receiver.ts';
