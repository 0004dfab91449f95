import { createBulkDelete, deleteByIds } from '@winnow/bulk-delete';
import { newId } from '@winnow/catalog';
import { findBulkDeleteForWork } from '@winnow/db';
import { actorOf, fieldCondition, requestFor } from '../requests.ts';
import { count } from './cast.ts';
import { demand } from './demand.ts';
import { ENDED, type Request } from './job.ts';
import type { Model } from './model.ts';
import { type Performance, pickOne, type StepTo } from './performance.ts';
import { checkpointOf } from './schedule.ts';
import { splitKey, tableOf } from './world.ts';

export async function create(performance: Performance, step: StepTo<'create'>): Promise<void> {
  const { stage, model, cast } = performance;
  const id = newId();
  const { organizationId } = stage.org;
  const { objectType, limit, archives, maxFailures } = step;
  const process = await freeProcess(performance, step.process);
  const checkpoint = step.stop && checkpointOf(step.stop);
  const see = (work: Parameters<typeof process.run>[1]) =>
    cast.see(process, process.run(id, work, checkpoint), step.stop?.interruption ?? 'held');
  if (step.targets === 'ids') {
    const ids = pickIds(model, objectType, step.picks);
    const asked = { organizationId, objectType, limit: null, archives: true, maxFailures: null };
    model.expect(id, { ...asked, targets: { kind: 'ids', ids: [...new Set(ids)] } });
    return see((deps) => deleteByIds(deps, actorOf(stage.org), { id, objectType, ids, source: 'ids' }));
  }
  const name = step.targets === 'named' && objectType === 'lead' ? 'another' : null;
  const targets: Request['targets'] = name === null ? { kind: 'all' } : { kind: 'named', name };
  model.expect(id, { organizationId, objectType, targets, limit, archives, maxFailures });
  const isNamed = { type: 'text', mode: 'exact_value', value: name };
  const request = requestFor(objectType, name === null ? [] : [fieldCondition('lead', 'name', isNamed)], {
    resultsLimit: limit,
    archive: archives,
    maxFailures: maxFailures === null ? null : { kind: 'number', most: maxFailures },
  });
  return see((deps) => createBulkDelete(deps, actorOf(stage.org), request, { id, mayBeMade: false }));
}

/** Ids of rows of the table, whatever their type, that are there, and now and then of none. */
function pickIds(model: Model, objectType: string, picks: readonly number[]): readonly string[] {
  const ids = [...model.world().live.keys()].sort().flatMap((key) => {
    const [table, id] = splitKey(key);
    return table === tableOf(objectType) ? [id] : [];
  });
  return picks.map((n) => (n % 7 === 0 ? undefined : ids[n % Math.max(ids.length, 1)]) ?? newId());
}

export async function work(performance: Performance, step: StepTo<'work'>): Promise<void> {
  const { stage, model, cast } = performance;
  const rung = [...stage.rung];
  // Now and then what the other has in hand: the queue takes whoever is held for gone.
  const inHand = step.pick % 3 === 0 ? stage.process(step.process + 1).task?.id : undefined;
  const id =
    inHand ??
    (step.rungFor && rung.length > 0 ? rung[step.pick % rung.length] : pickOne(performance, step.pick));
  if (id === undefined) return;
  stage.rung.delete(id);
  const process = await freeProcess(performance, step.process);
  if (cast.inHand(id) > 0) count(stage, 'delivered again');
  const isAlone = !cast.isAnybodyHeld();
  const before = model.jobs.get(id)?.row;
  const task = process.work(id, step.amount, step.stop && checkpointOf(step.stop));
  await cast.see(process, task, step.stop?.interruption ?? 'held');
  if (!before || !isAlone || !task.hasEnded || task.wasCut) return;
  await demandProgress(performance, { id, before, amount: step.amount });
}

/** Whoever is alone with a bulk delete, and is not disturbed, gets on with it. */
async function demandProgress(
  { stage }: Performance,
  {
    id,
    before,
    amount,
  }: { readonly id: string; readonly before: Readonly<Record<string, unknown>>; readonly amount: string },
): Promise<void> {
  if (
    !['created', 'loading', 'processing', 'resuming'].includes(String(before.status)) ||
    before.asked !== null
  )
    return;
  const row = await findBulkDeleteForWork(stage.db, id);
  if (!row) throw new Error(`${id} is gone`);
  demand(
    row.n_objects !== null && !['created', 'loading', 'resuming'].includes(row.status),
    `${id} is still ${row.status} after a turn`,
  );
  const postponed = await stage.db
    .selectFrom('bulk_delete_page')
    .select('page_no')
    .where('bulk_delete_id', '=', id)
    .where('status', '=', 'pending')
    .where('attempts', '>', 0)
    .execute();
  if (amount === 'all' && postponed.length === 0)
    demand(ENDED.includes(row.status), `${id} is still ${row.status} after all its pages`);
}

export async function workAtOnce(performance: Performance, { picks }: StepTo<'work at once'>): Promise<void> {
  const { stage, cast } = performance;
  await cast.letGo();
  const tasks = stage.processes.flatMap((process, n) => {
    const id = pickOne(performance, picks[n % picks.length] ?? 0);
    return id === undefined ? [] : [{ process, task: process.work(id, 'all', null) }];
  });
  await Promise.all(tasks.map(({ process, task }) => cast.see(process, task, 'held')));
}

/** A process that has nothing in hand: who is held there goes on first. */
async function freeProcess({ stage, cast }: Performance, n: number) {
  await cast.letGo([stage.process(n)]);
  return stage.process(n);
}
