import { ID_PREFIX } from '@winnow/catalog';
import { type ApiClient, createApiClient } from '../client/api-client.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandFailure } from '../command-failure.ts';
import { readCredentials } from '../stack/credentials.ts';

/** Where the API is and who asks, as options of a command. */
export interface ApiOptions {
  readonly url?: string;
  readonly key?: string;
}

export const URL_OPTION = [
  '--url <url>',
  'base URL of the API; else WINNOW_URL, else the one of the data folder',
] as const;
export const KEY_OPTION = [
  '--key <key>',
  'API key; else WINNOW_API_KEY, else the one of the data folder',
] as const;
export const BULK_DELETE_ARGUMENT = ['<id>', `${ID_PREFIX.bulkDelete}_…`] as const;
export const BULK_ACTION_ARGUMENT = ['<id>', `${ID_PREFIX.bulkDelete}_… or ${ID_PREFIX.bulkUndo}_…`] as const;

/**
 * A client of the API that the options name: by themselves, by the environment, or by the credentials that `winnow up`
 * left in the data folder.
 * @throws CommandFailure when a part is missing, or no URL.
 */
export async function openApi({ config }: CommandContext, options: ApiOptions): Promise<ApiClient> {
  const kept = await readCredentials(config.WINNOW_DATA_DIR);
  const url = options.url ?? config.WINNOW_URL ?? kept?.base_url;
  const key = options.key ?? config.WINNOW_API_KEY ?? kept?.api_key;
  if (url === undefined || key === undefined) {
    throw new CommandFailure(
      'Which API? Give --url and --key (or WINNOW_URL and WINNOW_API_KEY), or run this where "winnow up" has run.',
    );
  }
  if (!/^https?:/.test(url) || !URL.canParse(url))
    throw new CommandFailure(`"${url}" is no URL of an API: that begins with http:// or https://.`);
  return createApiClient(url.replace(/\/+$/, ''), key);
}

/** Path of a bulk delete below `/api/v1/`. @throws CommandFailure when the text can be no id of one. */
export function pathOfBulkDelete(id: string): string {
  assertId(id, 'a bulk delete');
  return `bulk_action/delete/${id}/`;
}

/** Path of a bulk delete or of an undo, as the id says. @throws CommandFailure when the text can be no id of either. */
export function pathOfBulkAction(id: string): string {
  assertId(id, 'a bulk delete or an undo');
  return `bulk_action/${isUndoId(id) ? 'undo' : 'delete'}/${id}/`;
}

/** Whether this is the id of an undo; else it is one of a bulk delete. */
export function isUndoId(id: string): boolean {
  return id.startsWith(`${ID_PREFIX.bulkUndo}_`);
}

function assertId(id: string, what: string): void {
  if (!/^[A-Za-z0-9_-]+$/.test(id)) throw new CommandFailure(`"${id}" is no id of ${what}.`);
}
