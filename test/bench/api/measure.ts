import type { Db } from '@winnow/db';
import { countRows } from '../../support/index.ts';
import { type Requests, runLoad, type Spell } from './load.ts';
import { type Measured, takeTurns } from './turns.ts';
import {
  bareRequests,
  callsWithIds,
  creations,
  IDS_PER_CALL,
  singleDeletions,
  statusRequests,
  type Target,
} from './workloads.ts';

/** Requests under way at once: those of a busy client, and those of a loop. */
export const AT_ONCE = { busy: 10, loop: 1 };

const TURNS = 3;
const DELETIONS_A_TURN = 150;
const CALLS_A_TURN = 4;
/** Not measured: a process that has just started compiles its code. */
const WARM_UP = { requests: 300, deletions: 30, calls: 2 };

/** By how many requests were under way at once. */
export interface MeasuredApi {
  readonly busy: Readonly<Record<'bare' | 'status' | 'creation', Measured>>;
  readonly loop: Readonly<Record<'bare' | 'singles' | 'calls', Measured>>;
}

/**
 * Measures one API beside the bare route, in turns.
 * @param rows a lead for the bare route to read, and opportunities to delete: UUIDs.
 */
export async function measureApi(
  db: Db,
  { target, bareUrl }: { readonly target: Target; readonly bareUrl: string },
  rows: { readonly lead: string; readonly opportunities: Iterator<string> },
  seconds: number,
): Promise<MeasuredApi> {
  const bare = bareRequests(bareUrl, rows.lead);
  const status = await statusRequests(target);
  const creation = creations(target);
  const singles = singleDeletions(target, rows.opportunities);
  const calls = callsWithIds(target, rows.opportunities);
  for (const requests of [bare, status, creation])
    await runLoad(requests, { connections: AT_ONCE.busy, until: { requests: WARM_UP.requests } });
  await deleteWith(db, singles, { requests: WARM_UP.deletions, records: 1 });
  await deleteWith(db, calls, { requests: WARM_UP.calls, records: IDS_PER_CALL });

  const spell = (requests: Requests, connections: number) => () =>
    runLoad(requests, { connections, until: { seconds: seconds / TURNS } });
  return {
    busy: await takeTurns(TURNS, {
      bare: spell(bare, AT_ONCE.busy),
      status: spell(status, AT_ONCE.busy),
      creation: spell(creation, AT_ONCE.busy),
    }),
    loop: await takeTurns(TURNS, {
      bare: spell(bare, AT_ONCE.loop),
      singles: () => deleteWith(db, singles, { requests: DELETIONS_A_TURN, records: 1 }),
      calls: () => deleteWith(db, calls, { requests: CALLS_A_TURN, records: IDS_PER_CALL }),
    }),
  };
}

/** @throws when not every record is gone: a fast answer that is wrong is worth nothing. */
async function deleteWith(
  db: Db,
  deletions: Requests,
  { requests, records }: { readonly requests: number; readonly records: number },
): Promise<Spell> {
  const before = await countRows(db, 'opportunity');
  const spell = await runLoad(deletions, { connections: AT_ONCE.loop, until: { requests } });
  const deleted = before - (await countRows(db, 'opportunity'));
  if (deleted !== requests * records)
    throw new Error(`${requests * records} opportunities should be gone, and ${deleted} are`);
  return spell;
}
