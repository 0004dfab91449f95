import { encodeId, ID_PREFIX } from '@winnow/catalog';
import type { CustomFieldRow, JsonObject } from '@winnow/db';
import { presentMoment } from '@winnow/records';

/** A custom field as Close shows it; `choices` only where it has some. */
export function presentCustomField(row: CustomFieldRow): JsonObject {
  return {
    id: encodeId(ID_PREFIX.customField, row.id),
    organization_id: encodeId(ID_PREFIX.organization, row.organization_id),
    name: row.name,
    type: row.type,
    ...(row.type === 'choices' ? { choices: row.choices } : {}),
    accepts_multiple_values: row.accepts_multiple_values,
    created_by: presentUser(row.created_by),
    updated_by: presentUser(row.updated_by),
    date_created: presentMoment(row.date_created),
    date_updated: presentMoment(row.date_updated),
  };
}

function presentUser(id: string | null): string | null {
  return id === null ? null : encodeId(ID_PREFIX.user, id);
}
