import type { EngineDeps } from '@winnow/bulk-delete';
import { decodeId } from '@winnow/catalog';
import { listIds } from '@winnow/db';
import type { ApiInstance } from '../../app-types.ts';
import { callerOf } from '../../caller.ts';
import { registerEnvelope, registerEnvelopeForUnknownUrls } from '../../plugins/envelope.ts';
import { scopeOf } from '../objects/scope-of.ts';
import { changeLead } from './change.ts';
import { deleteLead } from './delete.ts';
import { leadNotFound, presentLeadError } from './errors.ts';
import { type LeadKinds, leadKindsOf, listStatuses, statusesOf } from './kinds.ts';
import { loadLead, loadLeads } from './lead.ts';
import {
  ChangeBody,
  DeletedAnswer,
  DeletingAnswer,
  defineLeadErrors,
  LeadAnswer,
  LeadParams,
  ListAnswer,
  ListQuery,
  pageOf,
} from './schema.ts';

/** One lead at a time, and a list of leads by status, in an envelope of their own; where the catalog has leads. */
export function registerOneLeadRoutes(app: ApiInstance, { engine }: { readonly engine: EngineDeps }): void {
  const kinds = leadKindsOf(engine.catalog);
  if (kinds === undefined) return;
  const withRefusals = defineLeadErrors(app);
  app.register(
    async (scope: ApiInstance) => {
      registerEnvelope(scope, presentLeadError);
      registerEnvelopeForUnknownUrls(scope, presentLeadError);
      registerReading(scope, engine, kinds, withRefusals);
      registerWriting(scope, engine, kinds, withRefusals);
    },
    { prefix: '/leads' },
  );
}

type WithRefusals = ReturnType<typeof defineLeadErrors>;
const tags = ['One lead'];

function registerReading(
  app: ApiInstance,
  { db }: EngineDeps,
  kinds: LeadKinds,
  withRefusals: WithRefusals,
): void {
  const config = scopeOf('read', [kinds.lead]);
  app.get(
    '',
    {
      config,
      schema: {
        tags,
        summary: 'List leads, newest first, all or those of a status',
        querystring: ListQuery,
        response: withRefusals({ 200: ListAnswer }),
      },
    },
    async (request) => {
      const { status } = request.query;
      const page = pageOf(request.query);
      const tenantId = callerOf(request).organizationId;
      const wanted = status === undefined ? [] : statusesOf(await listStatuses(db, kinds, tenantId), status);
      const only =
        status === undefined ? undefined : { column: 'status_id', values: wanted.map(({ id }) => id) };
      const scope = { catalog: kinds.catalog, tenantId, objectType: kinds.lead };
      const { ids, total } = await listIds(db, scope, { ...page, only });
      const leads = await loadLeads(db, kinds, tenantId, ids);
      const pagination = { total, ...page, hasMore: page.offset + ids.length < total };
      return { success: true, message: 'Leads retrieved successfully', data: { leads, pagination } };
    },
  );

  app.get(
    '/:leadId',
    {
      config,
      schema: {
        tags,
        summary: 'Look at one lead',
        params: LeadParams,
        response: withRefusals({ 200: LeadAnswer }),
      },
    },
    async (request) => {
      const { leadId } = request.params;
      const id = idOf(kinds, leadId);
      const lead = await loadLead(db, kinds, callerOf(request).organizationId, id);
      if (!lead) throw leadNotFound(leadId);
      return { success: true, message: 'Lead retrieved successfully', data: lead };
    },
  );
}

function registerWriting(
  app: ApiInstance,
  engine: EngineDeps,
  kinds: LeadKinds,
  withRefusals: WithRefusals,
): void {
  const config = scopeOf('write', [kinds.lead]);
  app.put(
    '/:leadId',
    {
      config,
      schema: {
        tags,
        summary: 'Change a lead: only what the body names',
        params: LeadParams,
        body: ChangeBody,
        response: withRefusals({ 200: LeadAnswer }),
      },
    },
    async (request) => {
      const { leadId: sent } = request.params;
      const { organizationId: tenantId, userId } = callerOf(request);
      const change = { kinds, tenantId, userId, id: idOf(kinds, sent), sent };
      const lead = await changeLead(engine.db, change, request.body);
      return { success: true, message: 'Lead updated successfully', data: lead };
    },
  );

  app.delete(
    '/:leadId',
    {
      config,
      schema: {
        tags,
        summary: 'Delete a lead with all that belongs to it',
        params: LeadParams,
        response: withRefusals({ 200: DeletedAnswer, 202: DeletingAnswer }),
      },
    },
    async (request, reply) => {
      const { leadId: sent } = request.params;
      return reply.send(await deleteLead(engine, kinds, request, reply, { id: idOf(kinds, sent), sent }));
    },
  );
}

/** @throws Refusal 404: what is no id names no lead. */
function idOf({ lead }: LeadKinds, sent: string): string {
  const id = decodeId(lead.idPrefix, sent);
  if (id === undefined) throw leadNotFound(sent);
  return id;
}
