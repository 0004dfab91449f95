import { type TProperties, type TSchema, Type } from '@sinclair/typebox';
import type { Catalog } from '@winnow/catalog';
import { refTo } from '../../wire/schemas.ts';
import { customFieldLists } from './custom-field-lists.ts';
import { type LABEL_LISTS, labelLists } from './labels.ts';
import { MemberSchema } from './membership.ts';

const StageSchema = Type.Object({ id: Type.String(), label: Type.String(), type: Type.String() });

const LABEL_SCHEMAS: Readonly<Record<keyof typeof LABEL_LISTS, TSchema>> = {
  lead_statuses: Type.Array(Type.Object({ id: Type.String(), label: Type.String() })),
  opportunity_statuses: Type.Array(StageSchema),
  pipelines: Type.Array(
    Type.Object({
      id: Type.String(),
      organization_id: Type.String(),
      name: Type.String(),
      statuses: Type.Array(StageSchema),
      created_by: Type.Null(),
      updated_by: Type.Null(),
      date_created: Type.Null(),
      date_updated: Type.Null(),
    }),
  ),
};

/** An organization without its users. */
export function organizationSchema(catalog: Catalog): TSchema {
  return Type.Object(organizationProperties(catalog));
}

function organizationProperties(catalog: Catalog): TProperties {
  const lists = Object.entries(LABEL_SCHEMAS).filter(([name]) => labelLists(catalog).includes(name));
  return {
    id: Type.String({ examples: ['orga_0351xg1euRxkKaxaiJxEHV'] }),
    name: Type.String(),
    ...Object.fromEntries(lists),
    plan_type: Type.Null(),
    created_by: Type.Null(),
    updated_by: Type.Null(),
    date_created: Type.String(),
    date_updated: Type.Null(),
  };
}

/** An organization with its users, and with the lists of custom fields that `_fields` may name. */
export function organizationWithUsersSchema(catalog: Catalog): TSchema {
  const lists = [...customFieldLists(catalog)].map(([name, owner]) => [
    name,
    Type.Optional(
      Type.Array(refTo('CustomField'), {
        description: `Custom fields of ${owner}; shown when \`_fields\` names the list.`,
      }),
    ),
  ]);
  return Type.Object({
    ...organizationProperties(catalog),
    memberships: Type.Array(MemberSchema),
    inactive_memberships: Type.Array(MemberSchema, { description: 'Always empty: users do not leave.' }),
    ...Object.fromEntries(lists),
  });
}
