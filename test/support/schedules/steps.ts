import { findIdleBulkDeletes, findIdleBulkUndos } from '@winnow/bulk-delete';
import { count } from './cast.ts';
import { changeByOthers } from './changes.ts';
import { control } from './controls.ts';
import { demand } from './demand.ts';
import { choose, type Performance, pickOne, type StepTo } from './performance.ts';
import type { Step } from './schedule.ts';
import { create, work, workAtOnce } from './turns.ts';
import { retry, undo } from './undo-and-retry.ts';
import { splitKey } from './world.ts';

/** Performs one step of a schedule. What finds nothing to be about does nothing. */
export async function perform(performance: Performance, step: Step): Promise<void> {
  const { stage, model, cast } = performance;
  switch (step.do) {
    case 'create':
      return create(performance, step);
    case 'work':
      return work(performance, step);
    case 'work at once':
      return workAtOnce(performance, step);
    case 'go on':
      return cast.letGo();
    case 'interrupt':
      return cast.interrupt(stage.process(step.process), step.interruption);
    case 'control': {
      const held = stage.processes
        .flatMap(({ task }) => (task ? [task.id] : []))
        .filter((one) => isMade(model, one));
      const id =
        step.pick % 3 > 0 && held.length > 0 ? choose(held, step.pick) : pickOne(performance, step.pick);
      return id === undefined ? undefined : control(performance, { ...step, id });
    }
    case 'undo':
      return undo(performance, step);
    case 'retry':
      return retry(performance, step);
    case 'lose the queue':
      if (stage.rung.size > 0) count(stage, 'rings lost');
      return stage.rung.clear();
    case 'reconcile':
      return reconcile(performance);
    case 'restart':
      return restart(performance, step);
    case 'by others': {
      const whose = {
        organizationId: stage.org.organizationId,
        otherOrganizationId: stage.other.organizationId,
      };
      return cast.waitFor(changeByOthers(stage.db, model.world(), { ...step, ...whose }));
    }
    case 'refuse':
    case 'relent':
      return refuse(performance, step);
  }
}

async function reconcile({ stage, cast }: Performance): Promise<void> {
  const idle = [...(await findIdleBulkDeletes(stage.api)), ...(await findIdleBulkUndos(stage.api))];
  for (const id of idle) {
    demand(cast.inHand(id) === 0 || cast.isAnybodyHeld(), `${id} is left alone, and somebody has it in hand`);
    stage.rung.add(id);
  }
}

async function restart({ stage, cast }: Performance, step: StepTo<'restart'>): Promise<void> {
  const process = stage.process(step.process);
  await cast.letGo([process]);
  await process.dispose();
  await stage.replace(process);
}

async function refuse({ stage, model, cast }: Performance, step: StepTo<'refuse' | 'relent'>): Promise<void> {
  await cast.letGo();
  if (step.do === 'relent') {
    await stage.refusing.relent();
    await stage.refusing.stand(false);
    model.refused.clear();
    return;
  }
  const keys = [...model.world().live.keys()]
    .sort()
    .filter((key) => ['lead', 'contact', 'opportunity', 'activity'].includes(splitKey(key)[0]));
  const key = choose(keys, step.pick);
  if (key === undefined) return;
  await stage.refusing.stand(true);
  await stage.refusing.refuse([splitKey(key)[1]]);
  model.refused.add(key);
}

function isMade({ jobs, undos }: Performance['model'], id: string): boolean {
  return jobs.has(id) || undos.has(id);
}
