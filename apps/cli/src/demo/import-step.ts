import path from 'node:path';
import { CRM_CATALOG } from '@winnow/catalog';
import { CommandFailure } from '../command-failure.ts';
import { type ImportReport, importCsv } from '../import/import-csv.ts';
import { describeReject } from '../import/rejects.ts';
import type { ImportSpec } from '../import/spec.ts';
import { formatCount, formatSeconds } from '../screen/figures.ts';
import type { DemoRun } from './demo-run.ts';
import { ACCOUNTS_SPEC, PIPELINE_SPEC } from './import-specs.ts';
import { countFile, countTable, describeCounts, type PipelineCounts } from './pipeline-counts.ts';
import type { DemoData } from './sample-data.ts';

/**
 * Imports accounts as leads and the pipeline as opportunities, and compares with what stands in the file.
 * @returns the counts before anything is deleted.
 * @throws CommandFailure for a folder without these files, or with rows that cannot be taken.
 */
export async function importData(run: DemoRun, data: DemoData): Promise<PipelineCounts> {
  const { screen, checks, db, organizationId } = run;
  const inFile = await countFile(data.pipeline);
  const accounts = await importFile(run, data.accounts, ACCOUNTS_SPEC);
  const pipeline = await importFile(run, data.pipeline, PIPELINE_SPEC);
  screen.line(
    `   ${formatCount(inFile.withoutAccount)} of the opportunities name no account and belong to no lead`,
  );
  const before = await countTable(db, organizationId);
  screen.line(`   Opportunities now: ${describeCounts(before)}`);
  checks.check(
    'every row of both files is in the tables',
    accounts.rejectedRows + pipeline.rejectedRows === 0 && pipeline.imported === sum(inFile),
  );
  checks.check(
    `the tables hold as many active, won and lost ones as the file: ${describeCounts(inFile)}`,
    before.active === inFile.active && before.won === inFile.won && before.lost === inFile.lost,
  );
  return before;
}

async function importFile(run: DemoRun, file: string, spec: ImportSpec): Promise<ImportReport> {
  const { organizationId, userId, db, screen } = run;
  const report = await importCsv(db, {
    catalog: CRM_CATALOG,
    organizationId,
    userId,
    file,
    format: { delimiter: ',', encoding: 'utf-8' },
    spec,
    skipBad: false,
  });
  if (!report.committed)
    throw new CommandFailure(
      `${file} could not be imported:\n${report.rejects.map(describeReject).join('\n')}`,
    );
  screen.line(
    `   ${formatCount(report.imported).padStart(6)} ${report.label.many} from ${path.basename(file)} (${formatSeconds(report.seconds)})`,
  );
  return report;
}

function sum({ active, won, lost }: PipelineCounts): number {
  return active + won + lost;
}
