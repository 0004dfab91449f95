import { objectTypeOf, type PlanStep } from '@winnow/catalog';
import {
  type BulkDeleteRow,
  boundTransaction,
  claimPage,
  type DeletedCounts,
  type DeletionContext,
  deleteSteps,
  finishPage,
  type LockedIds,
  type LockedRows,
  lockChildren,
  lockTargets,
  nextPageDelayMs,
  type PageRow,
  preferIndexes,
  type Trx,
  takeLane,
  turnOffTriggers,
} from '@winnow/db';
import { countByObjectType } from './count-by-object-type.ts';
import { logFailure } from './end-in-error.ts';
import type { EngineDeps } from './engine.ts';
import { PageError } from './errors.ts';
import { recordDeletedPage, ringForEvent } from './events.ts';
import { checkPlan, type ExecutionPlan } from './execution-plan.ts';
import { settlePage } from './max-failures.ts';

/** What became of one turn at the pages of a bulk delete. */
export type PageOutcome =
  /** A page is finished and counted. */
  | { readonly kind: 'worked'; readonly bulkDelete: BulkDeleteRow }
  /** There is no page that could be claimed now: one may be after this delay, or what is left is in the hands of others. */
  | { readonly kind: 'none'; readonly delayMs: number | undefined }
  /** Other workers hold all lanes of this bulk delete. */
  | { readonly kind: 'busy' };

/**
 * Works the next page of a bulk delete in one transaction: claim, lock, archive and delete with all children, count,
 * and announce commit together or not at all, so that no crash can make a count wrong (design, invariant 2).
 * @throws PageError with the page when the work on it failed; the database's error when there was no page yet.
 */
export async function workPage(
  deps: EngineDeps,
  bulkDelete: BulkDeleteRow,
  plan: ExecutionPlan,
): Promise<PageOutcome> {
  let claimed: PageRow | undefined;
  try {
    const result = await deps.db
      .transaction()
      .setIsolationLevel('read committed')
      .execute(async (trx) => {
        await boundTransaction(trx, deps.settings.page);
        await preferIndexes(trx);
        if (!(await takeLane(trx, bulkDelete.id, deps.settings.lanes))) return 'busy';
        claimed = await claimPage(trx, bulkDelete.id);
        if (!claimed) return { delayMs: await nextPageDelayMs(trx, bulkDelete.id) };
        if (await checkPlan(trx, plan, bulkDelete)) await turnOffTriggers(trx);
        return finishWith(
          deps,
          trx,
          bulkDelete,
          claimed,
          await deletePage(deps, trx, bulkDelete, claimed, plan),
        );
      });
    if (result === 'busy') return { kind: 'busy' };
    if ('delayMs' in result) return { kind: 'none', ...result };
    if (result.hasFailed) logFailure(deps, result.row);
    await Promise.all(result.eventIds.map((id) => ringForEvent(deps, id)));
    return { kind: 'worked', bulkDelete: result.row };
  } catch (error) {
    throw claimed ? new PageError(claimed, error) : error;
  }
}

interface DeletedPage {
  readonly nDeleted: number;
  readonly foundIds: string;
  readonly deletedCounts: DeletedCounts;
}

async function deletePage(
  deps: EngineDeps,
  trx: Trx,
  bulkDelete: BulkDeleteRow,
  page: PageRow,
  plan: ExecutionPlan,
): Promise<DeletedPage> {
  const context: DeletionContext = {
    catalog: deps.catalog,
    organizationId: bulkDelete.organization_id,
    bulkDeleteId: bulkDelete.id,
    pageNo: page.page_no,
    archive: bulkDelete.archive,
    columns: plan.columns,
  };
  const objectType = objectTypeOf(deps.catalog, bulkDelete.object_type);
  const targets = await lockTargets(trx, context, objectType, page.object_ids);
  if (targets.size === 0) return { nDeleted: 0, foundIds: targets.literal, deletedCounts: {} };
  const locked = await lockDescendants(trx, context, plan, targets);
  const steps = plan.deletion.steps;
  // Two statements: what nobody points at first, so that links from it need not be cut; then the rest at once.
  const rows = [
    ...(await deleteSteps(
      trx,
      context,
      steps.filter((step) => !isLocked(step, plan)),
      locked,
    )),
    ...(await deleteSteps(
      trx,
      context,
      steps.filter((step) => isLocked(step, plan)),
      locked,
    )),
  ];
  const deletedCounts = countByObjectType(deps.catalog, rows);
  const nDeleted = deletedCounts[objectType.name] ?? 0;
  // The rows are locked, so this cannot differ; if it ever did, committing would make the counts wrong for good.
  if (nDeleted < targets.size)
    throw new Error(`${targets.size} rows were locked but ${nDeleted} were deleted`);
  return { nDeleted: targets.size, foundIds: targets.literal, deletedCounts };
}

/** Whether a step's rows are locked and known by id before anything is deleted. */
function isLocked({ table, referenced }: PlanStep, { deletion }: ExecutionPlan): boolean {
  return referenced || table.name === deletion.root;
}

/**
 * Locks every row that others may point at, parents first, and collects the ids by table. With the parents locked
 * no child can be added to them, which is what makes turning the foreign-key triggers off sound.
 */
async function lockDescendants(
  trx: Trx,
  context: DeletionContext,
  plan: ExecutionPlan,
  targets: LockedIds,
): Promise<LockedRows> {
  const locked = new Map([[plan.deletion.root, targets]]);
  for (const step of [...plan.deletion.steps].reverse()) {
    if (!isLocked(step, plan) || step.table.name === plan.deletion.root) continue;
    locked.set(step.table.name, await lockChildren(trx, context, step, locked));
  }
  return locked;
}

async function finishWith(
  deps: EngineDeps,
  trx: Trx,
  bulkDelete: BulkDeleteRow,
  page: PageRow,
  deleted: DeletedPage,
) {
  // Before the counts: from then on the row of the bulk delete is locked, and other pages wait for this one's commit.
  const recordsEventId = await recordDeletedPage(trx, bulkDelete, page.page_no, deleted.deletedCounts);
  const row = await finishPage(
    trx,
    { bulkDeleteId: page.bulk_delete_id, pageNo: page.page_no },
    {
      nDeleted: deleted.nDeleted,
      nNotFound: page.object_ids.length - deleted.nDeleted,
      nFailed: 0,
      nRoots: page.n_roots,
      deletedCounts: deleted.deletedCounts,
      foundIds: deleted.foundIds,
    },
    deps.settings.announceEveryMs,
  );
  const settled = await settlePage(deps, trx, row);
  return { ...settled, eventIds: [recordsEventId, settled.eventId] };
}
