import { type Config, publicUrl } from '@winnow/config';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How subscriptions take turns, and what becomes of those whose receivers fail. Nothing that an operator must know. */
export interface TurnSettings {
  /** No POST begins later in a turn. Milliseconds. */
  readonly turnMs: number;
  /** POSTs to one receiver at once. */
  readonly postsAtOnce: number;
  /** Deliveries of one subscription worked on at once: each may hold a chunk. */
  readonly deliveriesAtOnce: number;
  /** Records of a page that are read at once. */
  readonly chunk: number;
  /** After so many failures in a row a receiver is left alone for a while. */
  readonly failuresBeforeRest: number;
  /** Its creator is told when so many events wait and nothing was delivered for so long (reference, 5.6). */
  readonly warnAtWaiting: number;
  readonly warnAfterMs: number;
  /** The subscription is paused when so many wait and nothing was delivered for so long. */
  readonly pauseAtWaiting: number;
  readonly pauseAfterMs: number;
  /** And when everything has been failing for so long, however little waits. */
  readonly pauseAfterFailingMs: number;
}

export interface NotificationSettings {
  /** Base URL that e-mails link to, without a slash at the end. */
  readonly publicUrl: string;
  /** Longest exchange with a webhook receiver, from name resolution to the end of its answer. */
  readonly webhookTimeoutMs: number;
  /** Also private and loopback addresses, and plain http. */
  readonly webhookAllowPrivate: boolean;
  /** Longest pause after the first failed attempt. */
  readonly retryBaseMs: number;
  readonly turn: TurnSettings;
  /** How long the record of a finished delivery is kept. */
  readonly keepDeliveriesMs: number;
}

export const DEFAULT_TURN_SETTINGS: TurnSettings = {
  turnMs: 5 * SECOND,
  postsAtOnce: 8,
  deliveriesAtOnce: 4,
  chunk: 200,
  failuresBeforeRest: 5,
  warnAtWaiting: 80_000,
  warnAfterMs: 15 * MINUTE,
  pauseAtWaiting: 100_000,
  pauseAfterMs: HOUR,
  pauseAfterFailingMs: 3 * DAY,
};

/** As long as Close keeps its event log (reference, 5.1). */
export const KEEP_DELIVERIES_MS = 30 * DAY;

/** The part of the configuration that e-mails and webhooks need. */
export function notificationSettings(config: Config): NotificationSettings {
  return {
    publicUrl: publicUrl(config),
    webhookTimeoutMs: config.WINNOW_WEBHOOK_TIMEOUT_MS,
    webhookAllowPrivate: config.WINNOW_WEBHOOK_ALLOW_PRIVATE,
    retryBaseMs: config.WINNOW_DELIVERY_RETRY_BASE_MS,
    turn: DEFAULT_TURN_SETTINGS,
    keepDeliveriesMs: KEEP_DELIVERIES_MS,
  };
}
