import { Type } from '@sinclair/typebox';
import type { Catalog } from '@winnow/catalog';
import { nullable } from '../../wire/schemas.ts';
import { typeNames } from './types.ts';

const MAX_NAME_CHARACTERS = 200;
const MAX_DESCRIPTION_CHARACTERS = 10_000;
const MAX_SELECTED_FIELDS = 200;

const Name = Type.String({ minLength: 1, maxLength: MAX_NAME_CHARACTERS });
const SelectedFields = Type.Array(
  Type.Object(
    {
      type_id: Type.String({ maxLength: MAX_NAME_CHARACTERS }),
      field_id: Type.String({ maxLength: MAX_NAME_CHARACTERS }),
    },
    { additionalProperties: true },
  ),
  { maxItems: MAX_SELECTED_FIELDS, description: 'The columns that an app shows. Kept, and not looked at.' },
);

/** What POST and PUT both take. Keys that are not named here are ignored, so that one can be sent back as it was read. */
function writableFields(catalog: Catalog) {
  return {
    description: Type.Optional(nullable(Type.String({ maxLength: MAX_DESCRIPTION_CHARACTERS }))),
    type: Type.Optional(
      Type.String({
        description: `What it finds: ${typeNames(catalog).join(', ')}. Not needed with \`s_query\`, which says it.`,
      }),
    ),
    query: Type.Optional(
      nullable(Type.String({ description: 'A query in the legacy text language; or `s_query`.' })),
    ),
    s_query: Type.Optional(
      Type.Unknown({
        description:
          '`{"query": …, "results_limit": …, "sort": […]}`; the bare query tree is understood too. Or `query`.',
      }),
    ),
    selected_fields: Type.Optional(nullable(SelectedFields)),
    is_shared: Type.Optional(
      Type.Boolean({ default: false, description: 'Whether all of the organization see it.' }),
    ),
    shared_with: Type.Optional(
      nullable(
        Type.Array(Type.Unknown(), { maxItems: 0, description: 'Sharing with some is not supported.' }),
      ),
    ),
  };
}

export function createSchema(catalog: Catalog) {
  return Type.Object(
    { name: Name, ...writableFields(catalog) },
    { additionalProperties: true, examples: [exampleOf(catalog)] },
  );
}

/** Body of PUT: only what it names is changed. */
export function updateSchema(catalog: Catalog) {
  return Type.Object(
    { name: Type.Optional(Name), ...writableFields(catalog) },
    { additionalProperties: true, examples: [{ is_shared: true }] },
  );
}

export const SavedSearchSchema = Type.Object(
  {
    id: Type.String({ examples: ['save_0351xg1euRxkKaxaiJxEHV'] }),
    organization_id: Type.String(),
    user_id: nullable(Type.String({ description: 'Whose it is.' })),
    name: Type.String(),
    description: Type.String(),
    type: Type.String(),
    query: nullable(Type.String()),
    s_query: nullable(Type.Object({}, { additionalProperties: true })),
    selected_fields: Type.Array(Type.Object({}, { additionalProperties: true })),
    is_shared: Type.Boolean(),
    is_user_dependent: Type.Boolean({ description: 'Whether it finds something else for each user.' }),
    shared_with: Type.Array(Type.String()),
    created_by: nullable(Type.String()),
    updated_by: nullable(Type.String()),
    date_created: Type.String(),
    date_updated: Type.String(),
  },
  { additionalProperties: true },
);

function exampleOf(catalog: Catalog) {
  const type = catalog.rootObjectType ?? Object.keys(catalog.objectTypes)[0] ?? '';
  return {
    name: 'Old ones',
    s_query: {
      query: { type: 'and', queries: [{ type: 'object_type', object_type: type }] },
      results_limit: null,
      sort: [],
    },
  };
}
