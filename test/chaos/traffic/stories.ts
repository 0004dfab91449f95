import type { Random } from '@winnow/seed';
import type { Ask, Batch } from '../ledger/ledger.ts';
import type { Actor } from './actor.ts';
import { askForUndo, deleteByIds, deleteByQuery, deleteOne, retry, waitForEnd } from './bulk-requests.ts';
import { meddle } from './control.ts';
import { createLeads } from './create-leads.ts';
import { makeBatch } from './make-batch.ts';

/** What a client does from one batch of leads to the next. */
export type Story = (actor: Actor, tag: string) => Promise<void>;

const FEWEST_LEADS = 20;
const MORE_LEADS = 180;

/** Every kind of traffic, as often as it stands here. */
export const STORIES: readonly Story[] = [
  deleteAndMaybeUndo,
  deleteAndMaybeUndo,
  deleteAndMeddle,
  deleteAndMeddle,
  deleteAndMeddle,
  deleteTwiceAtOnce,
  deleteByIdsAndUndo,
  deleteOneByOne,
  createAndDelete,
];

/** One in so many. */
const oneIn = (random: Random, n: number): boolean => random.below(n) === 0;

function newBatch({ db, ledger, random, organizationId }: Actor, tag: string): Promise<Batch> {
  return makeBatch(db, ledger, { organizationId, tag, leads: FEWEST_LEADS + random.below(MORE_LEADS) });
}

async function deleteAndMaybeUndo(actor: Actor, tag: string): Promise<void> {
  const { client, random } = actor;
  const batch = await newBatch(actor, tag);
  const table = oneIn(random, 4) ? 'contact' : 'lead';
  const size = batch.ids[table].length;
  const resultsLimit = oneIn(random, 4) ? random.below(size) : null;
  const expected = resultsLimit ?? size;
  const archive = !oneIn(random, 6);
  const ask = await deleteByQuery(client, batch, {
    table,
    archive,
    mail: oneIn(random, 3),
    resultsLimit,
    expected,
  });
  await waitForEnd(client, ask);
  if (archive && oneIn(random, 2)) await undoAll(actor, ask);
}

async function deleteAndMeddle(actor: Actor, tag: string): Promise<void> {
  const { client, random } = actor;
  const batch = await newBatch(actor, tag);
  const asked = {
    table: 'lead',
    archive: true,
    mail: oneIn(random, 3),
    resultsLimit: null,
    expected: null,
  } as const;
  const ask = await deleteByQuery(client, batch, asked);
  await meddle(client, random, ask);
  await waitForEnd(client, ask);
  if (oneIn(random, 3)) {
    const again = await retry(client, batch, ask);
    if (again) await waitForEnd(client, again);
  }
  if (oneIn(random, 2)) await undoAll(actor, ask);
}

async function deleteTwiceAtOnce(actor: Actor, tag: string): Promise<void> {
  const { client } = actor;
  const batch = await newBatch(actor, tag);
  const asked = { table: 'lead', archive: true, mail: false, resultsLimit: null, expected: null } as const;
  const asks = await Promise.all([deleteByQuery(client, batch, asked), deleteByQuery(client, batch, asked)]);
  await Promise.all(asks.map((ask) => waitForEnd(client, ask)));
}

async function deleteByIdsAndUndo(actor: Actor, tag: string): Promise<void> {
  const { client, random } = actor;
  const batch = await newBatch(actor, tag);
  const table = random.pick(['contact', 'opportunity'] as const);
  const ids = batch.ids[table].slice(0, 1 + random.below(batch.ids[table].length));
  const ask = await deleteByIds(client, batch, { table, ids });
  if (oneIn(random, 2)) await undoAll(actor, ask);
}

async function deleteOneByOne(actor: Actor, tag: string): Promise<void> {
  const { client, random } = actor;
  const batch = await newBatch(actor, tag);
  for (const id of batch.ids.lead.slice(0, 1 + random.below(5))) await deleteOne(client, batch, id);
}

async function createAndDelete(actor: Actor, tag: string): Promise<void> {
  const { client, random } = actor;
  const batch = await createLeads(actor, tag, 1 + random.below(4));
  const expected = batch.ids.lead.length;
  const asked = { table: 'lead', archive: true, mail: true, resultsLimit: null, expected } as const;
  await waitForEnd(client, await deleteByQuery(client, batch, asked));
}

async function undoAll({ client, random }: Actor, ask: Ask): Promise<void> {
  const undo = await askForUndo(client, ask, oneIn(random, 4));
  if (!undo) return;
  if (oneIn(random, 2)) await meddle(client, random, undo);
  await waitForEnd(client, undo);
}
