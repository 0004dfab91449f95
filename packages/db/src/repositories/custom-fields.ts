import { CUSTOM_FIELD_TYPES, type CustomField, type CustomFieldType, newId } from '@winnow/catalog';
import type { Selectable } from 'kysely';
import type { Db } from '../connection.ts';
import type { Database } from '../tables.ts';
import type { Trx } from '../transaction.ts';

export type CustomFieldRow = Selectable<Database['custom_field']>;

/** Every custom field of an organization, as a query check and the routes of a catalog's objects need it. */
export async function listCustomFields(
  db: Db | Trx,
  filter: { readonly organizationId: string },
): Promise<CustomField[]> {
  const rows = await db
    .selectFrom('custom_field')
    .select(['id', 'owner', 'name', 'type', 'choices', 'accepts_multiple_values'])
    .where('organization_id', '=', filter.organizationId)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    owner: row.owner,
    name: row.name,
    type: customFieldType(row.type),
    choices: row.choices,
    acceptsMultipleValues: row.accepts_multiple_values,
  }));
}

/** The same by plain UUID, which is what queries and stored values name them by. */
export async function customFieldsById(
  db: Db | Trx,
  filter: { readonly organizationId: string },
): Promise<ReadonlyMap<string, CustomField>> {
  const fields = await listCustomFields(db, filter);
  return new Map(fields.map((field) => [field.id, field]));
}

/** One page of the custom fields of an owner (a catalog's `customFieldOwner`), oldest first, as people order them. */
export function listCustomFieldPage(
  db: Db | Trx,
  page: {
    readonly organizationId: string;
    readonly owner: string;
    readonly limit: number;
    readonly skip: number;
  },
): Promise<CustomFieldRow[]> {
  return db
    .selectFrom('custom_field')
    .selectAll()
    .where('organization_id', '=', page.organizationId)
    .where('owner', '=', page.owner)
    .orderBy('id')
    .limit(page.limit)
    .offset(page.skip)
    .execute();
}

/**
 * Adds a custom field.
 * @param field.id plain UUID; where the organization has a field of this id already, that one is the result.
 * @returns its row, or undefined when the owner already has a field of this name.
 */
export async function createCustomField(
  db: Db | Trx,
  field: {
    readonly id?: string;
    readonly organizationId: string;
    readonly userId: string | null;
    readonly owner: string;
    readonly name: string;
    readonly type: CustomFieldType;
    readonly choices: readonly string[];
    readonly acceptsMultipleValues: boolean;
  },
): Promise<CustomFieldRow | undefined> {
  const { id = newId(), organizationId } = field;
  const row = await db
    .insertInto('custom_field')
    .values({
      id,
      organization_id: organizationId,
      owner: field.owner,
      name: field.name,
      type: field.type,
      choices: [...field.choices],
      accepts_multiple_values: field.acceptsMultipleValues,
      created_by: field.userId,
      updated_by: field.userId,
    })
    // By its name, or by its id: whichever stands first.
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  if (row) return row;
  return db
    .selectFrom('custom_field')
    .selectAll()
    .where('id', '=', id)
    .where('organization_id', '=', organizationId)
    .executeTakeFirst();
}

/** The column is plain text: a value of a later version must be a clear error here, not a wrong query there. */
function customFieldType(text: string): CustomFieldType {
  const type = CUSTOM_FIELD_TYPES.find((known) => known === text);
  if (!type) throw new Error(`custom field type ${text} is not one of ${CUSTOM_FIELD_TYPES.join(', ')}`);
  return type;
}
