import { field, fieldsByName } from '../fields.ts';
import type { ObjectType } from '../types.ts';
import { OPPORTUNITY_STATUS_TYPES } from './opportunity-values.ts';

const campaign: ObjectType = {
  name: 'campaign',
  aliases: [],
  label: { one: 'campaign', many: 'campaigns' },
  table: 'campaign',
  idPrefix: 'camp',
  titleField: 'name',
  path: 'campaign',
  fields: fieldsByName(field('name', 'text', { required: true })),
  embeds: [],
};

const leadStatus: ObjectType = {
  name: 'lead_status',
  aliases: [],
  label: { one: 'lead status', many: 'lead statuses' },
  table: 'lead_status',
  idPrefix: 'stat',
  titleField: 'label',
  path: 'status/lead',
  fields: fieldsByName(field('label', 'text', { required: true })),
  embeds: [],
};

const opportunityStatus: ObjectType = {
  name: 'opportunity_status',
  aliases: [],
  label: { one: 'opportunity status', many: 'opportunity statuses' },
  table: 'opportunity_status',
  idPrefix: 'stat',
  titleField: 'label',
  path: 'status/opportunity',
  fields: fieldsByName(
    field('label', 'text', { required: true }),
    field('type', 'choice', { required: true, values: OPPORTUNITY_STATUS_TYPES }),
    field('pipeline_id', 'reference', { target: 'pipeline', referenceTypes: ['pipeline'] }),
  ),
  embeds: [],
};

const pipeline: ObjectType = {
  name: 'pipeline',
  aliases: [],
  label: { one: 'pipeline', many: 'pipelines' },
  table: 'pipeline',
  idPrefix: 'pipe',
  titleField: 'name',
  path: 'pipeline',
  fields: fieldsByName(field('name', 'text', { required: true })),
  embeds: [],
};

/** What others are sorted under: few in number, and no target of a bulk delete. */
export const labels: readonly ObjectType[] = [campaign, leadStatus, opportunityStatus, pipeline];
