import { type Catalog, type DeletionPlan, planDeletion } from '@winnow/catalog';
import {
  type Db,
  type InspectionGuard,
  inspectSchema,
  readGuard,
  type SchemaInspection,
  type Trx,
} from '@winnow/db';
import { findArchiveProblems } from './archive/mirror.ts';

/** A deletion plan with what it needs to know of the real database, and the guard that says if that still holds. */
export interface ExecutionPlan {
  readonly deletion: DeletionPlan;
  readonly columns: Readonly<Record<string, readonly string[]>>;
  readonly guard: InspectionGuard;
  /** What the guard read of the columns then. */
  readonly columnsRead: string;
  readonly mayTurnOffTriggers: boolean;
  /** Why its rows cannot be archived as they are: sentences. */
  readonly archiveProblems: readonly string[];
}

/** What would be archived is not what is deleted: said before the first row is. */
export class UnarchivableError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join(' '));
    this.name = 'UnarchivableError';
  }
}

/** The schema has changed since the plan was made: make it anew and try again. */
export class StalePlanError extends Error {}

const plans = new WeakMap<Db, Map<string, ExecutionPlan>>();

/** The plan for deleting rows of `rootTable`, read from the database once and then kept until it is stale. */
export async function loadExecutionPlan(db: Db, catalog: Catalog, rootTable: string): Promise<ExecutionPlan> {
  const key = `${catalog.name}/${rootTable}`;
  const known = plans.get(db)?.get(key);
  if (known) return known;
  const plan = await makeExecutionPlan(db, catalog, rootTable);
  // Asked again each time, until somebody has put the archive right.
  if (plan.archiveProblems.length > 0) return plan;
  const ofDb = plans.get(db) ?? new Map<string, ExecutionPlan>();
  plans.set(db, ofDb.set(key, plan));
  return plan;
}

export function forgetExecutionPlans(db: Db): void {
  plans.delete(db);
}

async function makeExecutionPlan(db: Db, catalog: Catalog, rootTable: string): Promise<ExecutionPlan> {
  const deletion = planDeletion(catalog, rootTable);
  const inspection = await inspectSchema(db, catalog);
  const guard = guardOf(catalog, deletion, inspection);
  const { columns: columnsRead } = await readGuard(db, guard);
  const archived = new Set(deletion.steps.map(({ table }) => table.name));
  return {
    deletion,
    columns: inspection.columns,
    guard,
    columnsRead,
    archiveProblems: findArchiveProblems(catalog, inspection, archived),
    mayTurnOffTriggers: inspection.mayTurnOffTriggers,
  };
}

function guardOf(catalog: Catalog, deletion: DeletionPlan, inspection: SchemaInspection): InspectionGuard {
  const touched = new Set(
    deletion.steps.flatMap(({ table, detach }) => [table.name, ...detach.map((link) => link.table)]),
  );
  return {
    oids: [...touched].flatMap((name) =>
      [inspection.oids[name] ?? [], inspection.archiveOids[name] ?? []].flat(),
    ),
    coveredForeignKeys: inspection.foreignKeys
      .filter(
        (key) =>
          isCovered(catalog, key) || !deletion.steps.some(({ table }) => table.name === key.references),
      )
      .map(({ oid }) => oid),
  };
}

/** Whether the catalog has a relation for this foreign key, so that the engine deals with its rows. */
export function isCovered(catalog: Catalog, key: SchemaInspection['foreignKeys'][number]): boolean {
  const table = Object.hasOwn(catalog.tables, key.table) ? catalog.tables[key.table] : undefined;
  return (
    table?.relations.some(
      ({ column, references }) => column === key.column && references === key.references,
    ) ?? false
  );
}

/**
 * Reads the guard within the page's transaction.
 * @returns whether triggers may be turned off for it.
 * @throws StalePlanError when a column has come, gone, or got another name or type: rows would reach the archive without it;
 *   UnarchivableError when the archive could not hold them as they are.
 */
export async function checkPlan(
  trx: Trx,
  plan: ExecutionPlan,
  { archive }: { readonly archive: boolean },
): Promise<boolean> {
  const reading = await readGuard(trx, plan.guard);
  if (reading.columns !== plan.columnsRead) throw new StalePlanError('the schema has changed');
  if (archive && plan.archiveProblems.length > 0) throw new UnarchivableError(plan.archiveProblems);
  return plan.mayTurnOffTriggers && !reading.hasUserTrigger && !reading.hasUncoveredForeignKey;
}
