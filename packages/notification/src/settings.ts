import { type Config, publicUrl } from '@winnow/config';

export interface NotificationSettings {
  /** Base URL that e-mails link to, without a slash at the end. */
  readonly publicUrl: string;
  /** Longest exchange with a webhook receiver, from name resolution to the end of its answer. */
  readonly webhookTimeoutMs: number;
  /** Also private and loopback addresses, and plain http. */
  readonly webhookAllowPrivate: boolean;
  /** Longest pause after the first failed attempt. */
  readonly retryBaseMs: number;
}

/** The part of the configuration that e-mails and webhooks need. */
export function notificationSettings(config: Config): NotificationSettings {
  return {
    publicUrl: publicUrl(config),
    webhookTimeoutMs: config.WINNOW_WEBHOOK_TIMEOUT_MS,
    webhookAllowPrivate: config.WINNOW_WEBHOOK_ALLOW_PRIVATE,
    retryBaseMs: config.WINNOW_DELIVERY_RETRY_BASE_MS,
  };
}
