import type { EngineDeps } from '@winnow/bulk-delete';
import { decodeId, findObjectType, type ObjectType } from '@winnow/catalog';
import { findExistingIds } from '@winnow/db';
import type { FastifyRequest } from 'fastify';
import type { ApiInstance } from '../../app-types.ts';
import { callerOf } from '../../caller.ts';
import { registerEnvelope } from '../../plugins/envelope.ts';
import { documentOnly } from '../../plugins/validation.ts';
import { forbidden } from '../../refusal.ts';
import { scopeOf } from '../objects/scope-of.ts';
import { deleteEntries } from './delete.ts';
import { readAsked } from './read-body.ts';
import { Answer, Body, definePlainErrors, presentPlainError } from './schema.ts';

/** Both are the same endpoint. */
const PATHS = ['/leads/bulk-delete', '/records/bulk-delete'] as const;

/** Deletion of the leads of a campaign by what other systems know them by; where the catalog has both. */
export function registerByIdentifierRoutes(
  app: ApiInstance,
  { engine }: { readonly engine: EngineDeps },
): void {
  const lead = findObjectType(engine.catalog, 'lead');
  const campaign = findObjectType(engine.catalog, 'campaign');
  if (lead === undefined || campaign === undefined) return;
  const withRefusals = definePlainErrors(app);
  app.register(async (scope: ApiInstance) => {
    registerEnvelope(scope, presentPlainError);
    for (const path of PATHS) {
      scope.post(
        path,
        {
          config: { ...scopeOf('write', [lead]), campaignScoped: true },
          schema: {
            tags: ['Bulk delete by identifiers'],
            summary: 'Delete up to 1,000 leads of a campaign by externalId or phoneNumber',
            body: documentOnly(Body),
            response: withRefusals({ 200: Answer, 202: Answer }),
          },
        },
        async (request, reply) => {
          const { campaignId: sent, entries } = readAsked(request.body);
          const campaignId = await findCampaign(engine, request, campaign, sent);
          return reply.send(await deleteEntries(engine, request, reply, { lead, campaignId, entries }));
        },
      );
    }
  });
}

/** @throws Refusal 403, the same for a campaign that is not there, or not ours, or not the key's. */
async function findCampaign(
  { db, catalog }: EngineDeps,
  request: FastifyRequest,
  campaign: ObjectType,
  sent: string,
): Promise<string> {
  const { organizationId: tenantId, campaignIds } = callerOf(request);
  const id = decodeId(campaign.idPrefix, sent);
  const isOpen = id !== undefined && (campaignIds === null || campaignIds.includes(id));
  const found = isOpen
    ? await findExistingIds(db, { catalog, tenantId, types: [campaign] }, [id])
    : undefined;
  if (id === undefined || !found?.has(id)) throw forbidden('There is no such campaign for this API key.');
  return id;
}
