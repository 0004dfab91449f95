import { CRM_CATALOG, decodeId, objectTypeOf } from '@winnow/catalog';
import { type Db, findExistingIds } from '@winnow/db';
import { CommandFailure } from '../command-failure.ts';

export const CAMPAIGN = objectTypeOf(CRM_CATALOG, 'campaign');

/**
 * The campaigns that an option names.
 * @param given `camp_…` or UUIDs.
 * @returns plain UUIDs, each once.
 * @throws CommandFailure that names those which the organization does not have.
 */
export async function readCampaigns(
  db: Db,
  organizationId: string,
  given: readonly string[],
): Promise<readonly string[]> {
  const ids = new Map(given.map((text) => [text, decodeId(CAMPAIGN.idPrefix, text)]));
  const known = [...ids.values()].filter((id) => id !== undefined);
  const scope = { catalog: CRM_CATALOG, tenantId: organizationId, types: [CAMPAIGN] };
  const existing = await findExistingIds(db, scope, known);
  const missing = [...ids].filter(([, id]) => id === undefined || !existing.has(id)).map(([text]) => text);
  if (missing.length > 0) throw new CommandFailure(`The organization has no campaign ${missing.join(', ')}.`);
  return [...new Set(known)];
}
