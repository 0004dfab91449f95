import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '@winnow/seed';
import type { Ask, UndoAsk } from '../ledger/ledger.ts';
import { OddAnswerError, pathOf, waitForStatus } from './bulk-requests.ts';
import type { PatientClient } from './patient-client.ts';

/** What a client may take into its head, in the words of the API. */
const INTENTIONS: readonly (readonly string[])[] = [
  ['paused', 'resuming'],
  ['paused', 'resuming', 'paused', 'resuming'],
  ['paused', 'paused', 'cancelled'],
  ['cancelled'],
  ['cancelled', 'cancelled'],
  ['paused', 'resuming', 'cancelled'],
];
const LONGEST_PAUSE_MS = 800;

/** Stops, goes on with or cancels what is running, in some order; it may end before. */
export async function meddle(client: PatientClient, random: Random, asked: Ask | UndoAsk): Promise<void> {
  for (const wanted of random.pick(INTENTIONS)) {
    await pause(random.below(LONGEST_PAUSE_MS));
    const answer = await client.ask('PUT', pathOf(asked), { status: wanted });
    // It has ended, or a cancellation of ours whose answer was lost is under way.
    if (answer.status === 409) return;
    if (answer.status !== 200) throw new OddAnswerError(`PUT ${wanted}`, answer);
    if (wanted === 'paused') await waitForStatus(client, asked, ['paused', 'done', 'cancelled', 'error']);
  }
}
