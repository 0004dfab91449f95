import type { Catalog } from '@winnow/catalog';
import type { Db } from '@winnow/db';
import type { Logger } from '@winnow/logger';
import type { Mailer } from './email/mail-message.ts';
import type { NotificationSettings } from './settings.ts';

/** What relaying and delivering need from the process. */
export interface NotificationDeps {
  readonly db: Db;
  readonly catalog: Catalog;
  readonly logger: Logger;
  readonly mailer: Mailer;
  readonly settings: NotificationSettings;
}
