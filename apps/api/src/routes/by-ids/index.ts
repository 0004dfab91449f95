import type { EngineDeps } from '@winnow/bulk-delete';
import { findObjectType } from '@winnow/catalog';
import type { ApiInstance } from '../../app-types.ts';
import { registerEnvelope, registerEnvelopeForUnknownUrls } from '../../plugins/envelope.ts';
import { defineCodedErrors, presentCodedError } from './coded-error.ts';
import { registerDeletion } from './delete.ts';
import { registerMerge } from './merge.ts';
import type { NamedKind } from './named-ids.ts';

/** Where these routes lie: by themselves, and where clients of a gateway look for them. */
const PREFIXES = ['/v1', '/functions/v1/api-gateway/v1'] as const;

/** What these endpoints call the objects that may be deleted, each with its name in the catalog. */
const NAMES = { deal: 'opportunity', contact: 'contact' } as const;

/**
 * Deletions by ids, answered at once, for the kinds of objects that the catalog has. They lie outside of the API's own
 * prefix.
 * @param deps.behindKey what makes a scope ask for an API key.
 */
export async function registerByIdRoutes(
  app: ApiInstance,
  {
    engine,
    behindKey,
  }: { readonly engine: EngineDeps; readonly behindKey: (scope: ApiInstance) => Promise<void> },
): Promise<void> {
  const kinds = Object.entries(NAMES).flatMap(([name, typeName]): NamedKind[] => {
    const objectType = findObjectType(engine.catalog, typeName);
    return objectType === undefined ? [] : [{ name, objectType }];
  });
  if (kinds.length === 0) return;
  const withRefusals = defineCodedErrors(app);
  for (const prefix of PREFIXES) {
    await app.register(
      async (scope: ApiInstance) => {
        registerEnvelope(scope, presentCodedError);
        // Outside of what asks for a key: a URL that is nothing is answered so, with a key and without.
        registerEnvelopeForUnknownUrls(scope, presentCodedError);
        await scope.register(async (keyed: ApiInstance) => {
          await behindKey(keyed);
          for (const kind of kinds) {
            registerDeletion(keyed, engine, kind, withRefusals);
            if (kind.name === 'contact') registerMerge(keyed, engine, kind, withRefusals);
          }
        });
      },
      { prefix },
    );
  }
}
