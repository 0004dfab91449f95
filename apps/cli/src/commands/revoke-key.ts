import { cancelBulkDeletesOfKey, engineSettings, presentBulkDelete } from '@winnow/bulk-delete';
import { CRM_CATALOG, decodeId, encodeId, ID_PREFIX } from '@winnow/catalog';
import {
  type BulkDeleteRow,
  type Db,
  listOrganizations,
  listUnfinishedOfKey,
  revokeApiKey,
} from '@winnow/db';
import { createLogger } from '@winnow/logger';
import { createDoorbell, queueSettings } from '@winnow/queue';
import type { CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { withDatabase } from '../stack/command-database.ts';
import { withDb } from '../stack/database-access.ts';
import { describeBulkAction } from './describe-bulk-action.ts';

export interface RevokeOptions {
  readonly cancelBulkDeletes?: boolean;
}

/** `winnow keys revoke ID [--cancel-bulk-deletes]`. What the key has started goes on unless it is cancelled too. */
export async function revokeKey(
  context: CommandContext,
  text: string,
  { cancelBulkDeletes = false }: RevokeOptions,
): Promise<number> {
  // Somebody who holds a leaked key has it as a whole; the part before the dot is the id.
  const id = decodeId(ID_PREFIX.apiKey, text.split('.')[0] ?? '');
  if (id === undefined)
    throw new CommandFailure(`"${text}" is no id of an API key; "winnow keys list" shows them.`);
  const wireId = encodeId(ID_PREFIX.apiKey, id);
  await withDatabase(context, (databaseUrl) =>
    withDb(databaseUrl, async (db) => {
      const organizationId = await revokeWhereverItIs(db, id);
      if (organizationId === undefined) throw new CommandFailure(`There is no API key ${wireId}.`);
      context.screen.line(`Revoked ${wireId}.`);
      const key = { organizationId, id };
      if (cancelBulkDeletes) {
        for (const row of await cancelAll(context, { db, databaseUrl }, key))
          context.screen.line(describeBulkAction(presentBulkDelete(row, CRM_CATALOG)));
        return;
      }
      const { length } = await listUnfinishedOfKey(db, key);
      if (length > 0)
        context.screen.note(
          `Bulk deletes that it started and that go on: ${length}. To cancel them: winnow keys revoke ${wireId} --cancel-bulk-deletes`,
        );
    }),
  );
  return 0;
}

/** @returns the organization that the key belongs to; undefined when there is no such key. */
async function revokeWhereverItIs(db: Db, id: string): Promise<string | undefined> {
  for (const { id: organizationId } of await listOrganizations(db))
    if (await revokeApiKey(db, { organizationId, id })) return organizationId;
  return undefined;
}

async function cancelAll(
  { config }: CommandContext,
  { db, databaseUrl }: { readonly db: Db; readonly databaseUrl: string },
  key: { readonly organizationId: string; readonly id: string },
): Promise<readonly BulkDeleteRow[]> {
  const logger = createLogger({ name: 'cli', level: 'silent' });
  // Without a queue it takes a little longer: the reconciler finds what is to stop.
  const doorbell = createDoorbell(queueSettings({ ...config, DATABASE_URL: databaseUrl }), logger);
  try {
    return await cancelBulkDeletesOfKey(
      { db, catalog: CRM_CATALOG, logger, doorbell, settings: engineSettings(config) },
      key,
    );
  } finally {
    await doorbell.close();
  }
}
