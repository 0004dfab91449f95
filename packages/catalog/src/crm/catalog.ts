import type { Catalog } from '../types.ts';
import { withLegacyNames } from './legacy-names.ts';
import { CRM_OBJECT_TYPES } from './object-types.ts';
import { CRM_TABLES } from './tables.ts';

/** The CRM that Winnow ships with: Close's objects, and the leads and deals of the other systems it serves. */
export const CRM_CATALOG: Catalog = {
  name: 'crm',
  schema: 'public',
  archiveSchema: 'archive',
  rootObjectType: 'lead',
  tables: CRM_TABLES,
  objectTypes: withLegacyNames(CRM_OBJECT_TYPES),
};
