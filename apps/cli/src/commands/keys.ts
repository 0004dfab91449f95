import { encodeId, ID_PREFIX } from '@winnow/catalog';
import { API_KEY_SCOPES, type ApiKeyRow, createApiKey, listApiKeys } from '@winnow/db';
import { type Command, InvalidArgumentError } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { formatTable } from '../screen/table.ts';
import { inDatabase } from '../stack/command-database.ts';
import { CAMPAIGN, readCampaigns } from './campaigns.ts';
import { parseExpiry } from './expiry.ts';
import { chooseOrganization, chooseUser, ORGANIZATION_OPTION } from './owner.ts';
import { type RevokeOptions, revokeKey } from './revoke-key.ts';
import type { RunCommand } from './run-command.ts';

interface CreateOptions {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly campaign: readonly string[];
  readonly expires?: Date;
  readonly organization?: string;
  readonly user?: string;
}

/** What a key may do unless it is told: nothing that changes anything. */
const DEFAULT_SCOPES: readonly string[] = ['read'];

export function addKeysCommand(program: Command, run: RunCommand): void {
  const keys = program.command('keys').description('API keys: create, list, revoke');
  keys
    .command('create')
    .description('make a key; it is shown once and never again')
    .requiredOption('--name <name>', 'what it is for, as it will stand in the list')
    .option('--scopes <list>', `what it may do: ${API_KEY_SCOPES.join(', ')}`, parseScopes, DEFAULT_SCOPES)
    .option(
      '--campaign <id>',
      'restrict it to a campaign; may be given several times',
      (id: string, ids: readonly string[]) => [...ids, id],
      [],
    )
    .option(
      '--expires <when>',
      'a date (2027-01-31), a moment, or a time from now (30d, 12h)',
      parseExpiryOption,
    )
    .option(...ORGANIZATION_OPTION)
    .option('--user <id or e-mail>', "whose key it is; the organization's first user unless given")
    .action((options: CreateOptions) => run((context) => create(context, options)));
  keys
    .command('list')
    .description('show the keys of an organization, also those that have ended')
    .option(...ORGANIZATION_OPTION)
    .action((options: { organization?: string }) => run((context) => list(context, options)));
  keys
    .command('revoke')
    .description('end a key for good, from the next request on')
    .argument('<id>', 'api_… as the list shows it')
    .option('--cancel-bulk-deletes', 'also cancel the bulk deletes that it started and that have not ended')
    .action((id: string, options: RevokeOptions) => run((context) => revokeKey(context, id, options)));
}

async function create(context: CommandContext, options: CreateOptions): Promise<number> {
  const { key } = await inDatabase(context, async (db) => {
    const organization = await chooseOrganization(db, options.organization);
    const user = await chooseUser(db, organization.id, options.user);
    const campaignIds = await readCampaigns(db, organization.id, options.campaign);
    return createApiKey(db, {
      organizationId: organization.id,
      userId: user.id,
      name: options.name,
      scopes: options.scopes,
      ...(options.expires ? { expiresAt: options.expires } : {}),
      ...(campaignIds.length > 0 ? { campaignIds } : {}),
    });
  });
  context.screen.line(key);
  context.screen.note('Keep it now: it cannot be shown again.');
  context.screen.note(`Its scopes: ${options.scopes.join(', ')}.`);
  return 0;
}

async function list(context: CommandContext, options: { organization?: string }): Promise<number> {
  const rows = await inDatabase(context, async (db) => {
    const organization = await chooseOrganization(db, options.organization);
    return listApiKeys(db, { organizationId: organization.id });
  });
  const now = new Date();
  const lines = formatTable(
    ['ID', 'NAME', 'SCOPES', 'CAMPAIGNS', 'CREATED', 'EXPIRES', 'STATE'],
    rows.map((row) => [
      encodeId(ID_PREFIX.apiKey, row.id),
      row.name,
      row.scopes.join(','),
      describeCampaigns(row),
      formatDay(row.date_created),
      row.date_expires ? formatDay(row.date_expires) : 'never',
      describeState(row, now),
    ]),
  );
  for (const line of lines) context.screen.line(line);
  return 0;
}

export function describeState(key: Pick<ApiKeyRow, 'date_expires' | 'date_revoked'>, now: Date): string {
  if (key.date_revoked) return `revoked ${formatDay(key.date_revoked)}`;
  return key.date_expires && key.date_expires <= now ? 'expired' : 'valid';
}

/** The campaigns that a key is restricted to, as a client writes them. */
export function describeCampaigns({ campaign_ids: ids }: Pick<ApiKeyRow, 'campaign_ids'>): string {
  return ids === null ? 'all' : ids.map((id) => encodeId(CAMPAIGN.idPrefix, id)).join(',');
}

function formatDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function parseScopes(text: string): readonly string[] {
  const scopes = text.split(/[\s,]+/).filter((scope) => scope !== '');
  const known: readonly string[] = API_KEY_SCOPES;
  const unknown = scopes.filter((scope) => !known.includes(scope));
  if (unknown.length > 0 || scopes.length === 0)
    throw new InvalidArgumentError(`Known scopes: ${API_KEY_SCOPES.join(', ')}; several with commas.`);
  return scopes;
}

function parseExpiryOption(text: string): Date {
  const expiry = parseExpiry(text, new Date());
  if (expiry) return expiry;
  throw new InvalidArgumentError(
    'A date (2027-01-31), a moment (2027-01-31T12:00:00Z) or a time from now (30d, 12h), in the future.',
  );
}
