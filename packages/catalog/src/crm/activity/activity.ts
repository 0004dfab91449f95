import { constant, field, fieldsByName } from '../../fields.ts';
import type { Field, ObjectType } from '../../types.ts';
import { contactLink, leadLink, opportunityLink, stamps, user, userName } from '../shared-fields.ts';

const base: readonly Field[] = [
  leadLink(true),
  contactLink,
  opportunityLink,
  user('user_id'),
  userName('user_name', 'user_id'),
  constant('users', []),
  field('activity_at', 'moment'),
  ...stamps,
];

/** What kinds of activities differ in. */
interface ActivityKind {
  /** The value of the table's type column, and what the type is called for short. */
  readonly typeValue: string;
  readonly label: { readonly one: string; readonly many: string };
  /** Below `activity/`. */
  readonly path: string;
  readonly titleField?: string;
  readonly fields: readonly Field[];
  readonly fieldAliases?: Readonly<Record<string, string>>;
}

/** An object type of the table that all activities share. */
export function activity(kind: ActivityKind): ObjectType {
  const { typeValue, label, path, titleField, fields, fieldAliases } = kind;
  return {
    name: `activity.${typeValue}`,
    aliases: [typeValue],
    label,
    table: 'activity',
    typeValue,
    idPrefix: 'acti',
    bulkName: typeValue,
    path: `activity/${path}`,
    rootColumn: 'lead_id',
    customFieldOwner: 'activity',
    ...(titleField !== undefined && { titleField }),
    fields: fieldsByName(...base, ...fields),
    fieldAliases: { date: 'activity_at', ...fieldAliases },
    embeds: [],
  };
}
