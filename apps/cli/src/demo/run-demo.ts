import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { decodeId, ID_PREFIX } from '@winnow/catalog';
import {
  type MailOutbox,
  openMailOutbox,
  startWebhookReceiver,
  type WebhookReceiver,
} from '@winnow/embedded';
import { createApiClient, textOf } from '../client/api-client.ts';
import { CommandFailure } from '../command-failure.ts';
import type { Screen } from '../screen/screen.ts';
import { withDb } from '../stack/database-access.ts';
import type { Stack } from '../stack/stack.ts';
import { compareAfter } from './after-step.ts';
import { deleteLost } from './bulk-delete-step.ts';
import type { CheckList } from './check-list.ts';
import { type DemoRun, printStep } from './demo-run.ts';
import { importData } from './import-step.ts';
import { showEmail, showWebhook, subscribe } from './notice-step.ts';
import type { DemoData } from './sample-data.ts';

/**
 * Walks a running stack through one bulk delete, from the data to the last notice.
 * @returns the wire id of the bulk delete.
 * @throws CommandFailure when a step cannot be taken at all; what it shows goes to the checks.
 */
export async function runDemo(
  context: { readonly screen: Screen; readonly checks: CheckList },
  stack: Stack,
  data: DemoData,
): Promise<string> {
  const receiver = await startWebhookReceiver();
  const outbox = await openMailOutbox(await mailFolder(stack));
  try {
    return await withDb(stack.databaseUrl, (db) => {
      const { bootstrap } = stack;
      if (bootstrap.kind === 'none')
        throw new CommandFailure('The fresh database already has an organization.');
      const { api_key, organization_id, user_id } = bootstrap.credentials;
      const run: DemoRun = {
        ...context,
        stack,
        db,
        api: createApiClient(stack.baseUrl, api_key),
        organizationId: decodeId(ID_PREFIX.organization, organization_id) ?? '',
        userId: decodeId(ID_PREFIX.user, user_id) ?? '',
      };
      return walk(run, data, receiver, outbox);
    });
  } finally {
    await outbox.close();
    await receiver.close();
  }
}

async function walk(
  run: DemoRun,
  data: DemoData,
  receiver: WebhookReceiver,
  outbox: MailOutbox,
): Promise<string> {
  const { screen } = run;
  printStep(screen, 2, 'Import');
  const before = await importData(run, data);
  printStep(screen, 3, 'Subscribe to the webhook');
  const signatureKey = await subscribe(run, receiver);
  printStep(screen, 4, 'Delete every lost opportunity');
  const bulkDelete = await deleteLost(run, before.lost);
  const id = textOf(bulkDelete, 'id');
  printStep(screen, 5, 'The done e-mail');
  await showEmail(run, outbox, id);
  printStep(screen, 6, 'The done webhook');
  await showWebhook(run, receiver, { id, signatureKey });
  printStep(screen, 7, 'Before and after');
  await compareAfter(run, before, bulkDelete);
  return id;
}

async function mailFolder(stack: Stack): Promise<string> {
  const folder = stack.mailDir ?? path.join(stack.dataDir, 'mail');
  await mkdir(folder, { recursive: true });
  return folder;
}
