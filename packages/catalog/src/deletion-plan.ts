import { tableOf } from './access.ts';
import type { Catalog, Relation, Table } from './types.ts';

/** Rows of `table` whose `column` points at a row that is to be deleted. */
export interface Link {
  readonly table: string;
  readonly column: string;
}

/** How one table takes part in deleting rows of the plan's root table. */
export interface PlanStep {
  readonly table: Table;
  /** Cascading links from this table to doomed parents; empty for the root. A row with any of them goes. */
  readonly parents: readonly Relation[];
  /** Whether other rows point at this table, so that its rows must be locked and their ids known first. */
  readonly referenced: boolean;
  /** Links to this table that are cut when its rows go. */
  readonly detach: readonly Link[];
}

/**
 * What deleting rows of one table takes with it.
 * `steps` are in the order of deletion: whatever points at a table comes before it, the root is last. Ids are
 * collected in the opposite order, parents first.
 */
export interface DeletionPlan {
  readonly root: string;
  readonly steps: readonly PlanStep[];
}

/**
 * Derives the plan for deleting rows of `rootTable` from the catalog's relations.
 * @throws Error when tables of the plan point at each other in a circle: there would be no safe order. A table may
 *   point at itself by a `detach` link.
 */
export function planDeletion(catalog: Catalog, rootTable: string): DeletionPlan {
  const doomed = findDoomed(catalog, rootTable);
  const order = orderForDeletion(catalog, doomed, rootTable);
  return { root: rootTable, steps: order.map((name) => planStep(catalog, name, doomed, rootTable)) };
}

function findDoomed(catalog: Catalog, rootTable: string): ReadonlySet<string> {
  const doomed = new Set([rootTable]);
  // A Set iterates over what is added meanwhile: this walks the whole closure.
  for (const parent of doomed) {
    for (const { table, relation } of linksTo(catalog, parent)) {
      if (relation.onDelete === 'cascade') doomed.add(table.name);
    }
  }
  return doomed;
}

function orderForDeletion(
  catalog: Catalog,
  doomed: ReadonlySet<string>,
  rootTable: string,
): readonly string[] {
  const order: string[] = [];
  const open = new Set<string>();
  const visit = (name: string): void => {
    if (order.includes(name)) return;
    if (open.has(name)) {
      throw new Error(
        `catalog ${catalog.name}: deleting ${rootTable} is circular: ${[...open, name].join(' -> ')}`,
      );
    }
    open.add(name);
    for (const { table, relation } of linksTo(catalog, name)) {
      const harmlessSelfLink = table.name === name && relation.onDelete === 'detach';
      if (doomed.has(table.name) && !harmlessSelfLink) visit(table.name);
    }
    open.delete(name);
    order.push(name);
  };
  for (const name of doomed) visit(name);
  return order;
}

function planStep(catalog: Catalog, name: string, doomed: ReadonlySet<string>, rootTable: string): PlanStep {
  const table = tableOf(catalog, name);
  const links = linksTo(catalog, name);
  return {
    table,
    parents:
      name === rootTable
        ? []
        : table.relations.filter(
            ({ onDelete, references }) => onDelete === 'cascade' && doomed.has(references),
          ),
    referenced: links.length > 0,
    detach: links
      .filter(({ relation }) => relation.onDelete === 'detach')
      .map(({ table: from, relation }) => ({ table: from.name, column: relation.column })),
  };
}

function linksTo(
  catalog: Catalog,
  name: string,
): readonly { readonly table: Table; readonly relation: Relation }[] {
  return Object.values(catalog.tables).flatMap((table) =>
    table.relations.filter(({ references }) => references === name).map((relation) => ({ table, relation })),
  );
}
