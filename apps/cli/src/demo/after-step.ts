import { CRM_CATALOG, decodeId, ID_PREFIX, objectTypeOf } from '@winnow/catalog';
import { countArchived, type JsonObject } from '@winnow/db';
import { textOf } from '../client/api-client.ts';
import { formatCount } from '../screen/figures.ts';
import type { DemoRun } from './demo-run.ts';
import { countTable, describeCounts, type PipelineCounts } from './pipeline-counts.ts';

/** Counts again, by SQL, and looks where the deleted rows went. */
export async function compareAfter(
  { screen, checks, db, organizationId }: DemoRun,
  before: PipelineCounts,
  bulkDelete: JsonObject,
): Promise<void> {
  const after = await countTable(db, organizationId);
  const archived = await countArchived(db, {
    catalog: CRM_CATALOG,
    table: objectTypeOf(CRM_CATALOG, 'opportunity').table,
    bulkDeleteId: decodeId(ID_PREFIX.bulkDelete, textOf(bulkDelete, 'id')) ?? '',
  });
  screen.line(`   before: ${describeCounts(before)}`);
  screen.line(`   after:  ${describeCounts(after)}; ${formatCount(archived)} in the archive`);
  checks.check('no lost opportunity is left', after.lost === 0);
  checks.check(
    'not one that is active or won was touched',
    after.active === before.active && after.won === before.won,
  );
  checks.check('every deleted one lies in the archive', archived === before.lost);
}
