import { encodeId, ID_PREFIX } from '@winnow/catalog';
import { type JsonObject, listUsers, type OrganizationRow } from '@winnow/db';
import { isPicked, type PickedFields, presentMoment } from '@winnow/records';
import { loadCustomFieldLists } from './custom-field-lists.ts';
import { loadLabels, type OrganizationScope } from './labels.ts';
import { presentMember } from './membership.ts';

/** The organization without its users, as `GET /me/` has it too; lists that are not picked are empty. */
export async function loadOrganization(
  scope: OrganizationScope,
  organization: OrganizationRow,
  picked: PickedFields,
): Promise<JsonObject> {
  return {
    id: encodeId(ID_PREFIX.organization, organization.id),
    name: organization.name,
    ...(await loadLabels(scope, picked)),
    plan_type: null,
    created_by: null,
    updated_by: null,
    date_created: presentMoment(organization.date_created),
    date_updated: null,
  };
}

/** The same with who belongs to it. Nobody leaves: a user who may do nothing any more is one without a valid key. */
export async function loadOrganizationWithUsers(
  scope: OrganizationScope,
  organization: OrganizationRow,
  asked: { readonly picked: PickedFields; readonly expanded: boolean },
): Promise<JsonObject> {
  const [shown, customFields, users] = await Promise.all([
    loadOrganization(scope, organization, asked.picked),
    loadCustomFieldLists(scope, asked.picked),
    isPicked(asked.picked, 'memberships') ? listUsers(scope.db, scope.organizationId) : [],
  ]);
  return {
    ...shown,
    ...customFields,
    memberships: users.map((user) => presentMember(user, asked)),
    inactive_memberships: [],
  };
}
