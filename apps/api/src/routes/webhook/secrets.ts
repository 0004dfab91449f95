import { forgetPreviousKey, rotateSignatureKey } from '@winnow/db';
import type { ApiInstance } from '../../app-types.ts';
import { callerOf } from '../../caller.ts';
import { documentOnly } from '../../plugins/validation.ts';
import { invalid, notFound } from '../../refusal.ts';
import { resourceIdOf } from '../../resource-id.ts';
import { IdParams, refTo, withBodyRefusals } from '../../wire/schemas.ts';
import { TAGS, WEBHOOK, WEBHOOK_PATH, type WebhookContext, webhookIdOf } from './context.ts';
import { newSignatureKey } from './new-signature-key.ts';
import { presentKeyedWebhook, presentWebhook } from './present.ts';
import {
  DEFAULT_OVERLAP_HOURS,
  KeyedWebhookSchema,
  MAX_OVERLAP_HOURS,
  RotateSecretSchema,
} from './schema.ts';

/** Exchanging the key of a subscription without losing a webhook. */
export function registerSecretRoutes(app: ApiInstance, { db }: WebhookContext): void {
  app.post(
    `${WEBHOOK_PATH}:id/rotate_secret/`,
    {
      config: { scope: 'write' },
      schema: {
        tags: TAGS,
        summary: 'Give a subscription a new key; for a while webhooks are signed with both',
        params: IdParams,
        body: documentOnly(RotateSecretSchema),
        response: withBodyRefusals({ 200: KeyedWebhookSchema }),
      },
    },
    async (request) => {
      const { organizationId, userId } = callerOf(request);
      const row = await rotateSignatureKey(db, {
        organizationId,
        userId,
        id: webhookIdOf(request.params.id),
        rotationId: resourceIdOf(request),
        signatureKey: newSignatureKey(),
        overlapHours: readOverlap(request.body),
      });
      if (!row) throw notFound(WEBHOOK);
      return presentKeyedWebhook(row);
    },
  );

  app.delete(
    `${WEBHOOK_PATH}:id/previous_secret/`,
    {
      config: { scope: 'delete' },
      schema: {
        tags: TAGS,
        summary: 'End the overlap of a rotation: from now on only the new key signs',
        params: IdParams,
        response: withBodyRefusals({ 200: refTo('Webhook') }),
      },
    },
    async (request) => {
      const { organizationId, userId } = callerOf(request);
      const row = await forgetPreviousKey(db, {
        organizationId,
        userId,
        id: webhookIdOf(request.params.id),
      });
      if (!row) throw notFound(WEBHOOK);
      return presentWebhook(row);
    },
  );
}

/** A rotation may come without a body. @throws Refusal 400. */
function readOverlap(body: unknown): number {
  if (body === undefined || body === null) return DEFAULT_OVERLAP_HOURS;
  if (typeof body !== 'object' || Array.isArray(body))
    throw invalid({}, ['The request body must be a JSON object.']);
  const hours: unknown =
    Object.getOwnPropertyDescriptor(body, 'overlap_hours')?.value ?? DEFAULT_OVERLAP_HOURS;
  if (typeof hours === 'number' && Number.isInteger(hours) && hours >= 0 && hours <= MAX_OVERLAP_HOURS)
    return hours;
  throw invalid({ overlap_hours: `Must be an integer from 0 to ${MAX_OVERLAP_HOURS}.` });
}
