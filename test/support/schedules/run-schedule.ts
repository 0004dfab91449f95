import { findIdleBulkDeletes, findIdleBulkUndos } from '@winnow/bulk-delete';
import { sql } from 'kysely';
import { insertFamilies } from '../random-families.ts';
import { insertRow } from '../rows.ts';
import { waitFor } from '../wait-for.ts';
import { count, createCast } from './cast.ts';
import { control } from './controls.ts';
import { demand } from './demand.ts';
import { demandEnd } from './end.ts';
import { ENDED } from './job.ts';
import { createModel } from './model.ts';
import { createObserver } from './observe.ts';
import type { Performance } from './performance.ts';
import { describeStep, type Schedule } from './schedule.ts';
import type { Stage } from './stage.ts';
import { perform } from './steps.ts';
import { readWorld } from './stored.ts';

/** A schedule has shown something that must not be: at which step, and what. */
export class ScheduleError extends Error {}

/**
 * Performs a schedule on the stage and looks after each step whether everything is as the model says; then lets
 * everything come to its end, found again by nothing but the reconciler's question, and looks at that.
 * @throws ScheduleError
 */
export async function runSchedule(stage: Stage, { sprouts, steps }: Schedule): Promise<void> {
  const { db, org, other } = stage;
  await insertFamilies(db, org.organizationId, sprouts);
  const lead_id = await insertRow(db, 'lead', { organization_id: other.organizationId, name: 'another' });
  await insertRow(db, 'contact', { organization_id: other.organizationId, lead_id });
  const model = createModel(await readWorld(db));
  const observer = createObserver(db, model);
  const performance: Performance = { stage, model, observer, cast: createCast(stage), before: model.world() };
  let at = 'the beginning';
  try {
    for (const [n, step] of steps.entries()) {
      count(stage, step.do);
      at = `step ${n + 1} (${describeStep(step)})`;
      await take(performance, () => perform(performance, step), step.do === 'work at once');
    }
    at = 'the end';
    await take(performance, () => performance.cast.letGo(), true);
    await drain(performance);
    for (const { row } of model.jobs.values()) count(stage, `bulk delete ${row.status}`);
    for (const { row, conflicts } of model.undos.values())
      count(stage, `undo ${row.status} with${conflicts.size > 0 ? '' : 'out'} conflicts`);
    for (const { outcomes } of model.jobs.values())
      for (const outcome of outcomes.values()) count(stage, outcome);
    await demandEnd(performance, () => drain(performance));
  } catch (error) {
    throw new ScheduleError(`After ${at}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    for (const process of [...stage.processes]) if (process.task) await stage.replace(process);
    await stage.clear();
  }
}

/** One step, and a look at what became of it. */
async function take(
  { cast, model, observer }: Performance,
  step: () => Promise<void>,
  together: boolean,
): Promise<void> {
  const wasHeld = cast.isAnybodyHeld();
  if (!wasHeld) model.settle();
  await step();
  await observer.look(together || wasHeld);
}

/** All rings are lost. What is paused goes on; whatever has work is found by asking Postgres, until there is none. */
async function drain(performance: Performance): Promise<void> {
  const { stage, model } = performance;
  stage.rung.clear();
  const hasEnded = () =>
    [...model.jobs.values(), ...model.undos.values()].every(({ row }) => ENDED.includes(String(row.status)));
  while (!hasEnded()) {
    await resumeAll(performance);
    const idle = await waitFor(() => findIdle(stage), { what: 'what is postponed to be due', pollMs: 2 });
    demand(idle.length > 0, 'something has not ended, and the reconciler does not find it');
    for (const id of idle) await take(performance, () => workToEnd(performance, id), false);
  }
}

async function resumeAll(performance: Performance): Promise<void> {
  const { jobs, undos } = performance.model;
  for (const { id, row } of [...jobs.values(), ...undos.values()]) {
    if (row.status !== 'paused') continue;
    await take(performance, () => control(performance, { id, wanted: 'resuming', inHand: 'waits' }), false);
  }
}

/** What the reconciler would ring for now; undefined when there is nothing yet, because a page that failed has to wait. */
async function findIdle({ api, db }: Stage): Promise<readonly string[] | undefined> {
  const { rows: waiting } = await sql`
    select from bulk_delete_page where status = 'pending' and not_before > now()
    union all select from bulk_undo_page where status = 'pending' and not_before > now()
  `.execute(db);
  const idle = [...(await findIdleBulkDeletes(api)), ...(await findIdleBulkUndos(api))];
  return idle.length > 0 || waiting.length === 0 ? idle : undefined;
}

function workToEnd({ stage, cast }: Performance, id: string): Promise<void> {
  const process = stage.process(0);
  return cast.see(process, process.work(id, 'all', null), 'held');
}
