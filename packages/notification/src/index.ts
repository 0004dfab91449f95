export { type DeliveryOutcome, deliver } from './deliver.ts';
export type { NotificationDeps } from './deps.ts';
export type { Mailer, MailMessage, MailOutcome } from './email/mail-message.ts';
export { createMailer } from './email/mailer.ts';
export { presentEvent } from './present-event.ts';
export { relayEvent } from './relay.ts';
export { type NotificationSettings, notificationSettings } from './settings.ts';
export { findWebhookUrlProblem, isPublicAddress } from './webhook/address.ts';
