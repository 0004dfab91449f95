import { createRandom } from '@winnow/seed';
import { createOrganization, type TestOrganization } from '../../support/factories.ts';
import type { Differences } from '../differences.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { SCALE } from '../options.ts';
import type { Stack } from '../stack.ts';
import { makeBatch } from './make-batch.ts';
import { type AskCounts, createPatientClient } from './patient-client.ts';
import { STORIES } from './stories.ts';
import { subscribeWitness } from './subscribe-witness.ts';

/** Streams of a seed below this are somebody else's. */
const FIRST_STREAM = 100;

/** Clients of several organizations, each in one story after the other. */
export interface Traffic {
  readonly organizations: readonly TestOrganization[];
  readonly counts: Readonly<AskCounts>;
  /** Begins no more stories. @returns when those that were begun are at their end. */
  stop(): Promise<void>;
}

/** Makes the organizations, each with leads that nobody asks anything about and with a receiver of webhooks. */
export async function prepareOrganizations(
  { db, witness }: Stack,
  ledger: Ledger,
): Promise<readonly TestOrganization[]> {
  const organizations: TestOrganization[] = [];
  for (let i = 0; i < SCALE.organizations; i += 1) {
    const organization = await createOrganization(db);
    organizations.push(organization);
    const { organizationId } = organization;
    await makeBatch(db, ledger, { organizationId, tag: `kept${i}`, leads: SCALE.keptLeads });
    await subscribeWitness(db, organization, witness.url);
  }
  return organizations;
}

/** Starts the clients. */
export function startTraffic(
  stack: Stack,
  organizations: readonly TestOrganization[],
  deps: { readonly ledger: Ledger; readonly differences: Differences; readonly seed: number },
): Traffic {
  const { ledger, differences, seed } = deps;
  const counts: AskCounts = { asked: 0, answered: 0 };
  let isStopping = false;

  async function live(organization: TestOrganization, number: number): Promise<void> {
    const random = createRandom(seed, FIRST_STREAM + number);
    const client = createPatientClient(
      { apis: stack.apis, random, differences, counts },
      organization.apiKey,
    );
    const { organizationId } = organization;
    for (let round = 0; !isStopping; round += 1) {
      const story = random.pick(STORIES);
      const actor = {
        db: stack.db,
        ledger,
        client,
        random: createRandom(random.bits(), number),
        organizationId,
      };
      try {
        await story(actor, `tag${number}x${round}`);
      } catch (error) {
        differences.add('every client gets what it was promised', {
          story: story.name,
          error: explain(error),
        });
      }
    }
  }

  const clients = organizations.flatMap((organization, i) =>
    Array.from({ length: SCALE.clientsPerOrganization }, (_, k) =>
      live(organization, i * SCALE.clientsPerOrganization + k),
    ),
  );
  return {
    organizations,
    counts,
    async stop() {
      isStopping = true;
      await Promise.all(clients);
    },
  };
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${JSON.stringify(error.cause)}`;
}
