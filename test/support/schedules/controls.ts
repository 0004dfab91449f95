import { type Control, ControlError, controlBulkDelete, controlBulkUndo } from '@winnow/bulk-delete';
import { sql } from 'kysely';
import { actorOf } from '../requests.ts';
import { waitFor } from '../wait-for.ts';
import { count } from './cast.ts';
import { demand } from './demand.ts';
import { ENDED } from './job.ts';
import type { Performance } from './performance.ts';
import type { Stage } from './stage.ts';

/** Asks for a pause, for going on or for a cancel, and holds the answer against what must be answered. */
export async function control(
  performance: Performance,
  {
    id,
    wanted,
    inHand: fate,
  }: { readonly id: string; readonly wanted: Control; readonly inHand: 'goes on' | 'waits' | 'dies' },
): Promise<void> {
  const { stage, model, cast, observer } = performance;
  const row = () => (model.jobs.get(id) ?? model.undos.get(id))?.row ?? {};
  const { status: was, asked } = row();
  const inHand = cast.inHand(id);
  const asking = askControl(performance, id, wanted);
  if (inHand > 0 && fate === 'goes on') {
    let isAnswered = false;
    const note = () => {
      isAnswered = true;
    };
    void asking.then(note, note);
    await cast.waitFor(seenAsked(stage, id, () => isAnswered));
    await cast.letGo();
  }
  const answer = await cast.waitFor(asking);
  if (answer && was !== wanted) count(stage, `accepted ${wanted}`);
  if (fate === 'dies')
    for (const process of stage.processes)
      if (process.task?.id === id) await cast.interrupt(process, 'killed');
  const stops = wanted !== 'resuming';
  if (answer && was !== wanted) observer.limit(id, stops ? inHand : null);
  if (inHand > 0) return;
  const isTooLate = ENDED.includes(String(was)) || (asked === 'cancel' && wanted !== 'cancelled');
  demand(
    (answer === undefined) === (was !== wanted && isTooLate),
    `${wanted} was ${answer ? 'accepted' : 'refused'} when it was ${was}`,
  );
  if (answer && stops)
    demand(
      answer.status === wanted,
      `${wanted} was asked of ${was} that nobody had in hand, and it is ${answer.status}`,
    );
}

/** @returns undefined when it is refused. */
async function askControl(
  { stage, model }: Performance,
  id: string,
  wanted: Control,
): Promise<{ status: string } | undefined> {
  try {
    const ask = { id, wanted };
    return model.undos.has(id)
      ? await controlBulkUndo(stage.api, actorOf(stage.org), ask)
      : await controlBulkDelete(stage.api, actorOf(stage.org), ask);
  } catch (error) {
    if (!(error instanceof ControlError)) throw error;
    return undefined;
  }
}

/** Resolves when what is asked can be read, or there is an answer. */
async function seenAsked(stage: Stage, id: string, isAnswered: () => boolean): Promise<void> {
  await waitFor(
    async () => {
      const { rows } = await sql`
        select from (select id, asked from bulk_delete union all select id, asked from bulk_undo) as one
        where id = ${id} and asked is not null
      `.execute(stage.db);
      return rows.length > 0 || isAnswered();
    },
    { what: 'being asked', pollMs: 2 },
  );
}
