import type { MailOutbox, OutboxMessage, ReceivedWebhook, WebhookReceiver } from '@winnow/embedded';
import { textOf } from '../client/api-client.ts';
import { type DemoRun, printQuoted } from './demo-run.ts';
import { isSignedBy } from './webhook-signature.ts';

/** The counts stand at the top; the query in full and a link follow. */
const SHOWN_LINES = 13;
/** Both are sent within a second or so; a machine under load may take longer. */
const TIMEOUT_MS = 30_000;

/** Subscribes the receiver to finished bulk deletes. @returns the key that its webhooks are signed with. */
export async function subscribe({ screen, api }: DemoRun, receiver: WebhookReceiver): Promise<string> {
  const subscription = await api.post('webhook/', {
    url: receiver.url,
    events: [{ object_type: 'bulk_action.delete', action: 'completed' }],
  });
  screen.line(`   POST /api/v1/webhook/ for bulk_action.delete completed → ${textOf(subscription, 'id')}`);
  screen.line(`   It will be sent to ${receiver.url}, where this command listens`);
  return textOf(subscription, 'signature_key');
}

/** Waits for the done e-mail of a bulk delete and shows it. */
export async function showEmail({ screen, checks }: DemoRun, outbox: MailOutbox, id: string): Promise<void> {
  const message = await outbox.waitFor((one) => isAbout(one, id), TIMEOUT_MS).catch(() => undefined);
  if (message) {
    const head = message.text.split('\n').slice(0, SHOWN_LINES).join('\n');
    printQuoted(screen, `To: ${message.to.join(', ')}\nSubject: ${message.subject}\n\n${head}\n…`);
  }
  checks.check('the done e-mail has come', message !== undefined);
}

/** Waits for the webhook of a bulk delete, shows it, and checks its signature as its receiver would. */
export async function showWebhook(
  { screen, checks }: DemoRun,
  receiver: WebhookReceiver,
  expected: { readonly id: string; readonly signatureKey: string },
): Promise<void> {
  const webhook = await receiver
    .waitFor((one) => isCompletion(one, expected.id), TIMEOUT_MS)
    .catch(() => undefined);
  if (webhook) {
    const names = ['close-sig-timestamp', 'close-sig-hash'];
    const head = names.map((name) => `${name}: ${String(webhook.headers[name])}`);
    printQuoted(screen, [`${webhook.method} ${webhook.path}`, ...head, '', describeBody(webhook)].join('\n'));
  }
  checks.check('the done webhook has come', webhook !== undefined);
  checks.check(
    'its signature is right: HMAC-SHA256 of time and body with the key of the subscription',
    webhook !== undefined && isSignedBy(webhook, expected.signatureKey),
  );
}

/** Whether a message speaks of this bulk delete. */
export function isAbout(message: OutboxMessage, id: string): boolean {
  return message.text.includes(id);
}

interface Payload {
  readonly event?: {
    readonly object_type?: unknown;
    readonly object_id?: unknown;
    readonly action?: unknown;
    readonly data?: Readonly<Record<string, unknown>> | null;
  };
}

function isCompletion(webhook: ReceivedWebhook, id: string): boolean {
  const { event } = readPayload(webhook);
  return (
    event?.object_type === 'bulk_action.delete' && event.action === 'completed' && event.object_id === id
  );
}

/** The part of the body that a person wants to see. */
function describeBody(webhook: ReceivedWebhook): string {
  const { event } = readPayload(webhook);
  const { status, n_objects, n_objects_deleted } = event?.data ?? {};
  const { object_type, action, object_id } = event ?? {};
  const data = { status, n_objects, n_objects_deleted, '…': '' };
  return JSON.stringify({ event: { object_type, action, object_id, data, '…': '' }, '…': '' }).replaceAll(
    '"…":""',
    '…',
  );
}

function readPayload(webhook: ReceivedWebhook): Payload {
  try {
    const payload: unknown = JSON.parse(webhook.body.toString('utf8'));
    return typeof payload === 'object' && payload !== null ? payload : {};
  } catch {
    return {};
  }
}
