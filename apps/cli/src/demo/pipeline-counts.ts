import { CRM_CATALOG, objectTypeOf } from '@winnow/catalog';
import { countByField, type Db } from '@winnow/db';
import { readCsv } from '../import/read-csv.ts';
import { formatCount } from '../screen/figures.ts';

/** Opportunities by the type of their status. */
export interface PipelineCounts {
  readonly active: number;
  readonly won: number;
  readonly lost: number;
}

/** Counts the rows of the file by hand, so to speak: nothing of Winnow's import or query is asked. */
export async function countFile(file: string): Promise<PipelineCounts & { readonly withoutAccount: number }> {
  const rows = readCsv(file, { delimiter: ',', encoding: 'utf-8' });
  const header = (await rows.next()).value?.cells ?? [];
  const stageAt = header.indexOf('deal_stage');
  const accountAt = header.indexOf('account');
  const counts = { active: 0, won: 0, lost: 0, withoutAccount: 0 };
  for await (const { cells } of rows) {
    const stage = cells[stageAt];
    if (stage === 'Won') counts.won += 1;
    else if (stage === 'Lost') counts.lost += 1;
    else counts.active += 1;
    if (cells[accountAt] === '') counts.withoutAccount += 1;
  }
  return counts;
}

/** Counts the table by SQL. */
export async function countTable(db: Db, organizationId: string): Promise<PipelineCounts> {
  const objectType = objectTypeOf(CRM_CATALOG, 'opportunity');
  const field = objectType.fields.status_type;
  if (!field) throw new Error('opportunities have no status_type');
  const counts = await countByField(
    db,
    { catalog: CRM_CATALOG, tenantId: organizationId, objectType },
    field,
  );
  return { active: counts.get('active') ?? 0, won: counts.get('won') ?? 0, lost: counts.get('lost') ?? 0 };
}

export function describeCounts({ active, won, lost }: PipelineCounts): string {
  return `${formatCount(active)} active, ${formatCount(won)} won, ${formatCount(lost)} lost`;
}
