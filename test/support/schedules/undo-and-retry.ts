import { createBulkUndo, RetryError, retryBulkDelete, UndoError } from '@winnow/bulk-delete';
import { newId } from '@winnow/catalog';
import { findBulkDeleteForWork } from '@winnow/db';
import { actorOf } from '../requests.ts';
import { count } from './cast.ts';
import { demand } from './demand.ts';
import { hasEnded } from './job.ts';
import { choose, type Performance, type StepTo } from './performance.ts';

export async function undo(performance: Performance, { pick }: StepTo<'undo'>): Promise<void> {
  const { model } = performance;
  const jobs = [...model.jobs.values()];
  const ended = jobs.filter(hasEnded);
  const job = choose(pick % 5 === 0 || ended.length === 0 ? jobs : ended, pick);
  if (job) await askUndo(performance, job.id);
}

/** Asks for an undo, and holds the answer against what must be answered. @returns its id; undefined when it is refused. */
export async function askUndo(
  { stage, model, cast }: Performance,
  jobId: string,
): Promise<string | undefined> {
  const job = model.jobs.get(jobId);
  const running = [...model.undos.values()].find((one) => one.jobId === jobId && !hasEnded(one));
  // Asking may have to wait for who is held with its last page, and then finds something else.
  const wasInHand = cast.inHand(jobId) > 0 || (running !== undefined && cast.inHand(running.id) > 0);
  const { archive, links } = model.world();
  const isLeft = [...archive.keys(), ...links].some((key) => key.startsWith(`${jobId}/`));
  const request = { id: newId(), bulkDeleteId: jobId, sendDoneEmail: false };
  const made = await cast.waitFor(
    createBulkUndo(stage.api, actorOf(stage.org), request).catch((error: unknown) => {
      if (!(error instanceof UndoError)) throw error;
      return undefined;
    }),
  );
  const mayBe =
    running !== undefined || (job !== undefined && hasEnded(job) && job.request.archives && isLeft);
  if (wasInHand) return made?.id;
  demand((made !== undefined) === mayBe, `an undo of ${jobId} was ${made ? 'accepted' : 'refused'}`);
  if (running && made) demand(made.id === running.id, `${jobId} has two undos at once`);
  return made?.id;
}

export async function retry(
  { stage, model, cast }: Performance,
  { pick, maxFailures }: StepTo<'retry'>,
): Promise<void> {
  const job = choose([...model.jobs.values()], pick);
  if (!job) return;
  const parent = await findBulkDeleteForWork(stage.db, job.id);
  if (!parent) throw new Error(`${job.id} is gone`);
  const id = newId();
  const { organizationId, objectType, archives } = job.request;
  model.expect(id, {
    organizationId,
    objectType,
    archives,
    maxFailures,
    limit: null,
    targets: { kind: 'left', parentId: job.id },
  });
  const wasInHand = cast.inHand(job.id) > 0;
  const mayBe = hasEnded(job) && job.frozen !== null && model.left(job.id).length > 0;
  const request = {
    maxFailures: maxFailures === null ? null : ({ kind: 'number', most: maxFailures } as const),
  };
  const made = await cast.waitFor(
    retryBulkDelete(stage.api, actorOf(stage.org), {
      parent,
      request,
      beginning: { id, mayBeMade: false },
    }).catch((error: unknown) => {
      if (!(error instanceof RetryError)) throw error;
      return undefined;
    }),
  );
  if (made) count(stage, 'accepted retry');
  if (!wasInHand)
    demand((made !== undefined) === mayBe, `a retry of ${job.id} was ${made ? 'accepted' : 'refused'}`);
}
