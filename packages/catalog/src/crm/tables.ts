import type { Relation, Table } from '../types.ts';

const TENANT = 'organization_id';

const cascade = (column: string, references: string): Relation => ({
  column,
  references,
  onDelete: 'cascade',
});
const detach = (column: string, references: string): Relation => ({ column, references, onDelete: 'detach' });

/**
 * Deleting a lead takes its contacts, addresses, opportunities, tasks, activities and custom objects; its documents
 * stay and lose the link. Deleting a contact or an opportunity keeps activities, tasks and documents, which lose the link.
 */
export const CRM_TABLES: Readonly<Record<string, Table>> = {
  lead: {
    name: 'lead',
    tenantColumn: TENANT,
    customColumn: 'custom',
    relations: [detach('status_id', 'lead_status'), detach('campaign_id', 'campaign')],
  },
  contact: {
    name: 'contact',
    tenantColumn: TENANT,
    customColumn: 'custom',
    relations: [cascade('lead_id', 'lead')],
  },
  contact_email: {
    name: 'contact_email',
    tenantColumn: TENANT,
    relations: [cascade('contact_id', 'contact')],
  },
  contact_phone: {
    name: 'contact_phone',
    tenantColumn: TENANT,
    relations: [cascade('contact_id', 'contact')],
  },
  contact_url: {
    name: 'contact_url',
    tenantColumn: TENANT,
    relations: [cascade('contact_id', 'contact')],
  },
  address: {
    name: 'address',
    tenantColumn: TENANT,
    relations: [cascade('lead_id', 'lead')],
  },
  opportunity: {
    name: 'opportunity',
    tenantColumn: TENANT,
    customColumn: 'custom',
    relations: [
      cascade('lead_id', 'lead'),
      detach('contact_id', 'contact'),
      detach('status_id', 'opportunity_status'),
    ],
  },
  task: {
    name: 'task',
    tenantColumn: TENANT,
    relations: [
      cascade('lead_id', 'lead'),
      detach('contact_id', 'contact'),
      detach('opportunity_id', 'opportunity'),
    ],
  },
  activity: {
    name: 'activity',
    tenantColumn: TENANT,
    typeColumn: 'type',
    customColumn: 'custom',
    relations: [
      cascade('lead_id', 'lead'),
      detach('contact_id', 'contact'),
      detach('opportunity_id', 'opportunity'),
    ],
  },
  custom_object: {
    name: 'custom_object',
    tenantColumn: TENANT,
    customColumn: 'custom',
    relations: [cascade('lead_id', 'lead')],
  },
  document: {
    name: 'document',
    tenantColumn: TENANT,
    relations: [
      detach('lead_id', 'lead'),
      detach('contact_id', 'contact'),
      detach('opportunity_id', 'opportunity'),
    ],
  },
  campaign: { name: 'campaign', tenantColumn: TENANT, relations: [] },
  lead_status: { name: 'lead_status', tenantColumn: TENANT, relations: [] },
  opportunity_status: {
    name: 'opportunity_status',
    tenantColumn: TENANT,
    relations: [detach('pipeline_id', 'pipeline')],
  },
  pipeline: { name: 'pipeline', tenantColumn: TENANT, relations: [] },
};
