import type { Catalog } from '@winnow/catalog';
import { type JsonObject, listCustomFieldPage } from '@winnow/db';
import type { PickedFields } from '@winnow/records';
import { presentCustomField } from '../custom-field/present.ts';
import type { OrganizationScope } from './labels.ts';

/** Most custom fields of one kind of object that are shown here; lists of their own have all. */
const MAX_SHOWN = 1_000;

/** The names of the lists by the kind of object that the fields belong to: `lead_custom_fields` for `lead`. */
export function customFieldLists(catalog: Catalog): ReadonlyMap<string, string> {
  const owners = Object.values(catalog.objectTypes).flatMap(({ customFieldOwner }) => customFieldOwner ?? []);
  return new Map(owners.map((owner) => [`${owner}_custom_fields`, owner]));
}

/** The lists that `_fields` names, oldest field first: Close shows them for the asking only. */
export async function loadCustomFieldLists(
  { db, catalog, organizationId }: OrganizationScope,
  { names }: PickedFields,
): Promise<JsonObject> {
  const named = [...customFieldLists(catalog)].filter(([name]) => names?.has(name) ?? false);
  const lists = await Promise.all(
    named.map(async ([name, owner]) => {
      const rows = await listCustomFieldPage(db, { organizationId, owner, limit: MAX_SHOWN, skip: 0 });
      return [name, rows.map(presentCustomField)] as const;
    }),
  );
  return Object.fromEntries(lists);
}
