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

/**
 * A client of the API that the options name: by themselves, by the environment, or by the credentials that `winnow up`
 * left in the data folder.
 * @throws CommandFailure when a part is missing.
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
  return createApiClient(url.replace(/\/+$/, ''), key);
}

/** Path of a bulk delete below `/api/v1/`. @throws CommandFailure when the text can be no id of one. */
export function pathOfBulkDelete(id: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(id)) throw new CommandFailure(`"${id}" is no id of a bulk delete.`);
  return `bulk_action/delete/${id}/`;
}
