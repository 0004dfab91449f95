import type { ObjectType } from '../types.ts';
import { activities } from './activity/activities.ts';
import { address } from './address.ts';
import { contact } from './contact.ts';
import { contactParts } from './contact-parts.ts';
import { customObject } from './custom-object.ts';
import { document } from './document.ts';
import { labels } from './labels.ts';
import { lead } from './lead/lead.ts';
import { opportunity } from './opportunity.ts';
import { task } from './task.ts';

const all: readonly ObjectType[] = [
  lead,
  contact,
  ...contactParts,
  address,
  opportunity,
  task,
  ...activities,
  customObject,
  document,
  ...labels,
];

export const CRM_OBJECT_TYPES: Readonly<Record<string, ObjectType>> = Object.fromEntries(
  all.map((type) => [type.name, type]),
);
