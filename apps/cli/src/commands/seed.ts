import { encodeId, ID_PREFIX } from '@winnow/catalog';
import { type SeedReport, seedLeads } from '@winnow/seed';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { formatCount, formatSeconds } from '../screen/figures.ts';
import { startProgress } from '../screen/progress.ts';
import { withDatabase } from '../stack/command-database.ts';
import { withDb } from '../stack/database-access.ts';
import { parseWholeNumber } from './numbers.ts';
import { chooseOrganization, chooseUser, ORGANIZATION_OPTION } from './owner.ts';
import type { RunCommand } from './run-command.ts';

interface SeedCommandOptions {
  readonly leads: number;
  readonly seed: number;
  readonly organization?: string;
}

export function addSeedCommand(program: Command, run: RunCommand): void {
  program
    .command('seed')
    .description('fill an organization with realistic leads and about six child rows each')
    .requiredOption('--leads <n>', 'how many', parseWholeNumber)
    .option('--seed <n>', 'the same seed gives the same leads', parseWholeNumber, 42)
    .option(...ORGANIZATION_OPTION)
    .action((options: SeedCommandOptions) => run((context) => seed(context, options)));
}

async function seed(context: CommandContext, options: SeedCommandOptions): Promise<number> {
  const { screen } = context;
  return withDatabase(context, async (databaseUrl) => {
    const { organization, user } = await withDb(databaseUrl, async (db) => {
      const chosen = await chooseOrganization(db, options.organization);
      return { organization: chosen, user: await chooseUser(db, chosen.id, undefined) };
    });
    const progress = startProgress(screen, 'leads');
    let report: SeedReport;
    try {
      report = await seedLeads({
        connectionString: databaseUrl,
        organizationId: organization.id,
        userId: user.id,
        leads: options.leads,
        seed: options.seed,
        onProgress: (done) => progress.update(done, options.leads),
      });
    } finally {
      progress.stop();
    }
    screen.line(
      `${formatCount(report.leads)} leads with ${formatCount(report.children)} child rows in ${formatSeconds(report.seconds)}: ${formatCount(report.leadsPerSecond)} leads/s`,
    );
    for (const [table, rows] of Object.entries(report.rows))
      screen.line(`  ${table.padEnd(14)} ${formatCount(rows)}`);
    screen.line(`in ${organization.name} (${encodeId(ID_PREFIX.organization, organization.id)})`);
    if (!report.withoutForeignKeyChecks)
      screen.note(
        'The database role may not set session_replication_role, so every foreign key was checked row by row.',
      );
    return 0;
  });
}
