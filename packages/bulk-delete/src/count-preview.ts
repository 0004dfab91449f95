import { type Catalog, type ObjectType, planDeletion } from '@winnow/catalog';
import {
  type Cascade,
  type CascadeScope,
  countCascade,
  countTargets,
  type Db,
  estimateTargets,
  type PreviewQuery,
  sampleTargets,
  someTargetIds,
  targetIds,
  turnOffJit,
} from '@winnow/db';
import { deadlineIn, readWithin } from './read-within.ts';

/** Records that a preview shows. */
export const SAMPLE_SIZE = 100;
/** Targets that an estimate of the cascade is scaled up from. */
const CASCADE_SAMPLE_SIZE = 1000;
/** Parts of the budget, beyond it, for what must be estimated: an answer must come within twice the budget. */
const ESTIMATE_PART = 0.2;
const CASCADE_PART = 0.3;

/** What is previewed. */
export interface PreviewTask {
  readonly catalog: Catalog;
  readonly organizationId: string;
  readonly objectType: ObjectType;
  readonly query: PreviewQuery;
}

/** What was found of it. What is null could not be found in time, not even as an estimate. */
export interface PreviewFindings {
  readonly total: number | null;
  readonly nObjects: number | null;
  /** Null for an estimate. */
  readonly nRoots: number | null;
  readonly countIsEstimate: boolean;
  readonly sample: readonly string[] | null;
  readonly cascade: Cascade['rows'] | null;
  readonly cascadeIsEstimate: boolean;
}

type Found = { -readonly [Key in keyof PreviewFindings]: PreviewFindings[Key] };

/**
 * Counts what a bulk delete would take. All exact numbers are of one moment.
 * @param budgetMs for counting exactly; what it does not suffice for is estimated, in less than as much again.
 */
export async function countPreview(db: Db, task: PreviewTask, budgetMs: number): Promise<PreviewFindings> {
  const found: Found = {
    total: null,
    nObjects: null,
    nRoots: null,
    countIsEstimate: true,
    sample: null,
    cascade: null,
    cascadeIsEstimate: true,
  };
  await countExactly(db, task, found, budgetMs);
  if (found.nObjects === null) await estimateCount(db, task, found, budgetMs * ESTIMATE_PART);
  if (found.sample === null) await takeSample(db, task, found, budgetMs * ESTIMATE_PART);
  if (found.cascade === null) await estimateCascade(db, task, found, budgetMs * CASCADE_PART);
  return found;
}

async function countExactly(db: Db, task: PreviewTask, found: Found, budgetMs: number): Promise<void> {
  await readWithin(db, deadlineIn(budgetMs), async (trx, bindAgain) => {
    const { total, nObjects, nRoots, sample } = await countTargets(trx, task, task.query, SAMPLE_SIZE);
    Object.assign(found, { total, nObjects, nRoots, sample, countIsEstimate: false });
    await turnOffJit(trx);
    await bindAgain();
    const cascade = await countCascade(trx, scopeOf(task), targetIds(task, task.query));
    Object.assign(found, { cascade: cascade.rows, cascadeIsEstimate: false });
  });
}

async function estimateCount(db: Db, task: PreviewTask, found: Found, budgetMs: number): Promise<void> {
  await readWithin(db, deadlineIn(budgetMs), async (trx) => {
    const total = await estimateTargets(trx, task, task.query);
    Object.assign(found, { total, nObjects: Math.min(total, task.query.limit ?? total) });
  });
}

async function takeSample(db: Db, task: PreviewTask, found: Found, budgetMs: number): Promise<void> {
  await readWithin(db, deadlineIn(budgetMs), async (trx) => {
    found.sample = await sampleTargets(trx, task, task.query, SAMPLE_SIZE);
  });
}

async function estimateCascade(db: Db, task: PreviewTask, found: Found, budgetMs: number): Promise<void> {
  const { nObjects } = found;
  if (nObjects === null) return;
  await readWithin(db, deadlineIn(budgetMs), async (trx) => {
    await turnOffJit(trx);
    const size = Math.min(CASCADE_SAMPLE_SIZE, nObjects);
    const cascade = await countCascade(trx, scopeOf(task), someTargetIds(task, task.query, size));
    found.cascade = scaleUp(cascade, nObjects);
  });
}

/** Counts of some targets as counts of `nObjects` of them. */
export function scaleUp({ nTargets, rows }: Cascade, nObjects: number): Cascade['rows'] {
  return rows.map((row) => ({ ...row, n: nTargets === 0 ? 0 : Math.round((row.n * nObjects) / nTargets) }));
}

function scopeOf({ catalog, organizationId, objectType }: PreviewTask): CascadeScope {
  return { catalog, organizationId, plan: planDeletion(catalog, objectType.table) };
}
