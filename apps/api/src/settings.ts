import { DEFAULT_SEARCH_SETTINGS, type SearchSettings } from '@winnow/search';

/** What the HTTP side can be told. */
export interface ApiSettings {
  /** Largest request body. Bytes. */
  readonly bodyLimitBytes: number;
  /** Without a slash at the end; links in answers begin with it. */
  readonly publicUrl: string;
  /** Requests a second that one API key may send to one endpoint; 0: no limit. */
  readonly rateLimit: number;
  /** Whether webhooks may lead to private and loopback addresses, and use plain http. */
  readonly webhookAllowPrivate: boolean;
  readonly search: SearchSettings;
}

/** The API's settings out of the process's configuration. @param publicUrl the base URL that clients can open. */
export function apiSettings(
  config: {
    readonly WINNOW_BODY_LIMIT_BYTES: number;
    readonly WINNOW_RATE_LIMIT: number;
    readonly WINNOW_WEBHOOK_ALLOW_PRIVATE: boolean;
  },
  publicUrl: string,
): ApiSettings {
  return {
    bodyLimitBytes: config.WINNOW_BODY_LIMIT_BYTES,
    publicUrl,
    rateLimit: config.WINNOW_RATE_LIMIT,
    webhookAllowPrivate: config.WINNOW_WEBHOOK_ALLOW_PRIVATE,
    search: DEFAULT_SEARCH_SETTINGS,
  };
}
