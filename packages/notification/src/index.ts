export { type DeliveryOutcome, deliver } from './deliver.ts';
export type { NotificationDeps } from './deps.ts';
export type { Mailer, MailMessage, MailOutcome } from './email/mail-message.ts';
export { createMailer } from './email/mailer.ts';
export type { EventFilter } from './filter/filter.ts';
export { FilterError, parseFilter } from './filter/parse.ts';
export { findEventProblem } from './known-events.ts';
export { readWishes, type Wishes } from './match.ts';
export { type Relayed, relayEvent } from './relay.ts';
export {
  DEFAULT_TURN_SETTINGS,
  type NotificationSettings,
  notificationSettings,
  type TurnSettings,
} from './settings.ts';
export { findWebhookUrlProblem, isPublicAddress } from './webhook/address.ts';
export { PING_EVENT, sendPing } from './webhook/ping.ts';
export { redeliver } from './webhook/redeliver.ts';
export { runTurn, type TurnOutcome } from './webhook/run-turn.ts';
export { toSigningSecret } from './webhook/sign.ts';
