import type { Catalog } from '@winnow/catalog';
import { createCustomField, type Db, listCustomFieldPage } from '@winnow/db';
import { pickFields, readFields } from '@winnow/records';
import type { ApiInstance } from '../../app-types.ts';
import { callerOf } from '../../caller.ts';
import { type FieldErrors, invalid } from '../../refusal.ts';
import { resourceIdOf } from '../../resource-id.ts';
import { PageQuery, presentPage, readPage, withOneMore } from '../../wire/paging.ts';
import { defineSchema, pageOf, withBodyRefusals, withRefusals } from '../../wire/schemas.ts';
import { presentCustomField } from './present.ts';
import { CustomFieldSchema, createSchema, mayHoldSeveral } from './schema.ts';

/** Custom fields, for each owner that the catalog names: list and create. */
export function registerCustomFieldRoutes(
  app: ApiInstance,
  { db, catalog }: { readonly db: Db; readonly catalog: Catalog },
): void {
  const owners = new Set(
    Object.values(catalog.objectTypes).flatMap(({ customFieldOwner }) => customFieldOwner ?? []),
  );
  const body = createSchema(catalog);
  const answer = defineSchema(app, 'CustomField', CustomFieldSchema);
  for (const owner of owners) {
    const path = `/custom_field/${owner}/`;
    const tags = ['Custom field'];

    app.get(
      path,
      {
        config: { scope: 'read' },
        schema: {
          tags,
          summary: `List the custom fields of ${owner}, oldest first`,
          querystring: PageQuery,
          response: withRefusals({ 200: pageOf(answer) }),
        },
      },
      async (request) => {
        const page = readPage(request.query);
        const picked = readFields(request.query._fields);
        const { organizationId } = callerOf(request);
        const rows = await listCustomFieldPage(db, { organizationId, owner, ...withOneMore(page) });
        return presentPage(rows, page, (row) => pickFields(presentCustomField(row), picked));
      },
    );

    app.post(
      path,
      {
        config: { scope: 'write' },
        schema: {
          tags,
          summary: `Add a custom field to ${owner}`,
          body,
          response: withBodyRefusals({ 200: answer }),
        },
      },
      async (request) => {
        const {
          name,
          type,
          choices = [],
          accepts_multiple_values: acceptsMultipleValues = false,
        } = request.body;
        assertConsistent({ name, type, choices, acceptsMultipleValues });
        const { organizationId, userId } = callerOf(request);
        const row = await createCustomField(db, {
          id: resourceIdOf(request),
          organizationId,
          userId,
          owner,
          name: name.trim(),
          type,
          choices,
          acceptsMultipleValues,
        });
        if (!row) throw invalid({ name: 'There is a custom field of this name already.' });
        return presentCustomField(row);
      },
    );
  }
}

type NewField = Pick<
  Parameters<typeof createCustomField>[1],
  'name' | 'type' | 'choices' | 'acceptsMultipleValues'
>;

/** What a schema cannot say: which keys belong to which type. */
function assertConsistent({ name, type, choices, acceptsMultipleValues }: NewField): void {
  const problems: readonly (readonly [wrong: boolean, field: string, sentence: string])[] = [
    [name.trim() === '', 'name', 'Must not be empty.'],
    [type === 'choices' && choices.length === 0, 'choices', 'A field of type "choices" needs at least one.'],
    [type !== 'choices' && choices.length > 0, 'choices', 'Only a field of type "choices" has choices.'],
    [new Set(choices).size < choices.length, 'choices', 'Must not name a choice twice.'],
    [
      acceptsMultipleValues && !mayHoldSeveral(type),
      'accepts_multiple_values',
      `A field of type "${type}" holds one value.`,
    ],
  ];
  const fieldErrors: FieldErrors = Object.fromEntries(
    problems.filter(([wrong]) => wrong).map(([, field, sentence]) => [field, sentence]),
  );
  if (Object.keys(fieldErrors).length > 0) throw invalid(fieldErrors);
}
