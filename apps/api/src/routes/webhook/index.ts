import type { ApiInstance } from '../../app-types.ts';
import type { WebhookContext } from './context.ts';
import { registerDeliveryRoutes } from './deliveries.ts';
import { registerSecretRoutes } from './secrets.ts';
import { registerSubscriptionRoutes } from './subscriptions.ts';

/** Webhook subscriptions (reference, 5.5): who is told of which events, and what came of it. */
export function registerWebhookRoutes(app: ApiInstance, context: WebhookContext): void {
  registerSubscriptionRoutes(app, context);
  registerSecretRoutes(app, context);
  registerDeliveryRoutes(app, context);
}
