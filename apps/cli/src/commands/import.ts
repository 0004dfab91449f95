import path from 'node:path';
import { CRM_CATALOG } from '@winnow/catalog';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { type ImportReport, importCsv } from '../import/import-csv.ts';
import { openRejectFile } from '../import/reject-file.ts';
import { describeReject } from '../import/rejects.ts';
import { formatCount, formatSeconds } from '../screen/figures.ts';
import type { Screen } from '../screen/screen.ts';
import { withDatabase } from '../stack/command-database.ts';
import { withDb } from '../stack/database-access.ts';
import {
  collectConditions,
  collectFactors,
  collectLinks,
  collectMap,
  collectPairs,
  type ImportCommandOptions,
  readSpec,
} from './import-options.ts';
import { chooseOrganization, chooseUser, ORGANIZATION_OPTION } from './owner.ts';
import type { RunCommand } from './run-command.ts';

const PROGRESS_EVERY_MS = 2000;

export function addImportCommand(program: Command, run: RunCommand): void {
  program
    .command('import')
    .description('read a CSV file into the tables, in one transaction: a bad row undoes all of it')
    .requiredOption('--object <name>', 'what a row is: lead, contact, opportunity, task, note, call, …')
    .requiredOption('--csv <file>', 'the file; its first line names the columns')
    .option('--map <column=field>', 'a column and the field it becomes (repeatable)', collectPairs, [])
    .option('--link <column=field.key>', 'a column that names another object (repeatable)', collectLinks, [])
    .option('--set <field=value>', 'a value that every row gets (repeatable)', collectPairs, [])
    .option(
      '--when <field:column=value>',
      'give the field only in such rows (repeatable)',
      collectConditions,
      [],
    )
    .option(
      '--date-format <column=format>',
      'e.g. closed=M/D/YYYY; else ISO 8601 (repeatable)',
      collectMap,
      new Map(),
    )
    .option(
      '--scale <column=factor>',
      'multiply, e.g. dollars=100 for cents (repeatable)',
      collectFactors,
      new Map(),
    )
    .option(
      '--type <column=type>',
      'type of a custom field that is created (repeatable)',
      collectMap,
      new Map(),
    )
    .option('--create-missing', 'create statuses and custom fields that the data names', false)
    .option('--skip-bad', 'take the good rows although there are bad ones', false)
    .option('--rejects <file>', 'write every reason to a CSV file: line, column, reason')
    .option('--delimiter <text>', 'what separates cells', ',')
    .option('--encoding <name>', 'e.g. windows-1252', 'utf-8')
    .option(...ORGANIZATION_OPTION)
    .addHelpText('after', HELP)
    .action((options: ImportCommandOptions) => run((context) => runImport(context, options)));
}

const HELP = `
An empty cell is no value. Fields are those of the API; emails.email or contacts.name fill the first of an embedded list;
custom.NAME or custom.cf_… is a custom field. A link finds its target by a field that people know it by:
  --link account=lead_id.external_id      the lead whose external_id is in the column account
  --link stage=status_id.label            the status of that label; a new one is active unless named Won or Lost
  --link owner=user_id.email              the user with that address
Example:
  winnow import --object opportunity --csv deals.csv --link account=lead_id.external_id --link stage=status_id.label
    --map amount=value --scale amount=100 --set value_currency=USD --map closed=date_won --date-format closed=M/D/YYYY
    --when date_won:stage=Won --map agent=custom.Agent --create-missing`;

async function runImport(context: CommandContext, options: ImportCommandOptions): Promise<number> {
  const { screen } = context;
  const spec = readSpec(options);
  const rejectFile = options.rejects === undefined ? null : openRejectFile(path.resolve(options.rejects));
  const report = await withDatabase(context, (databaseUrl) =>
    withDb(databaseUrl, async (db) => {
      const organization = await chooseOrganization(db, options.organization);
      const user = await chooseUser(db, organization.id, undefined);
      return importCsv(db, {
        catalog: CRM_CATALOG,
        organizationId: organization.id,
        userId: user.id,
        file: options.csv,
        format: { delimiter: options.delimiter, encoding: options.encoding },
        spec,
        skipBad: options.skipBad,
        onProgress: noteProgress(screen),
        ...(rejectFile ? { onReject: rejectFile.write } : {}),
      });
    }),
  );
  await rejectFile?.close();
  printReport(screen, report);
  return report.committed ? 0 : 1;
}

function noteProgress(screen: Screen): (rows: number) => void {
  let notedAt = performance.now();
  return (rows) => {
    if (performance.now() - notedAt < PROGRESS_EVERY_MS) return;
    notedAt = performance.now();
    screen.note(`${formatCount(rows)} rows read …`);
  };
}

function printReport(screen: Screen, report: ImportReport): void {
  for (const reject of report.rejects) screen.note(describeReject(reject));
  if (report.rejectedRows > 0 && report.rejects.length < report.rejectedRows)
    screen.note('… and more; --rejects FILE writes them all.');
  if (!report.committed) {
    const bad = `${formatCount(report.rejectedRows)} bad ${report.rejectedRows === 1 ? 'row' : 'rows'}`;
    screen.note(
      `Nothing was imported: ${bad} among ${report.gaveUp ? 'the first ' : ''}${formatCount(report.rowsRead)}. --skip-bad takes the others.`,
    );
    return;
  }
  for (const name of report.created) screen.line(`created ${name}`);
  const label = report.imported === 1 ? report.label.one : report.label.many;
  const rate = formatCount(report.imported / Math.max(report.seconds, 0.001));
  screen.line(
    `${formatCount(report.imported)} ${label} imported in ${formatSeconds(report.seconds)} (${rate}/s), ${formatCount(report.rejectedRows)} ${report.rejectedRows === 1 ? 'row' : 'rows'} rejected`,
  );
}
