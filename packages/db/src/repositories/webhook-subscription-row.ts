import type { Selectable } from 'kysely';
import type { Database } from '../tables.ts';

export type WebhookSubscriptionRow = Selectable<Database['webhook_subscription']>;

export interface SubscriptionById {
  readonly organizationId: string;
  readonly id: string;
}
