import { type Catalog, findObjectType, type ObjectType } from '@winnow/catalog';
import { listCustomFields, type Trx } from '@winnow/db';
import { CommandFailure } from '../command-failure.ts';
import { columnSource, constantSource, type Header } from './header.ts';
import { customTarget, linkTarget } from './link-target.ts';
import type { CellSource, ImportPlan, Place, PlannedValue } from './plan.ts';
import { findStrayOptions, planCondition } from './plan-conditions.ts';
import { type CustomFieldPlanner, planCustomField } from './plan-custom-field.ts';
import { findMissingColumns, type PartList, requiredColumns, startPartList } from './plan-parts.ts';
import { customFieldReader, fieldReader, type ReadOptions } from './read-value.ts';
import { resolvePath } from './resolve-path.ts';
import type { ImportSpec } from './spec.ts';

export interface PlanContext {
  readonly trx: Trx;
  readonly catalog: Catalog;
  readonly organizationId: string;
  readonly userId: string;
}

/** A value that the command line asks for, before it is known whether there is such a field. */
interface Wish {
  readonly path: string;
  readonly source: CellSource | string;
  readonly key: string | null;
}

/**
 * Turns what the command line says into what happens to each row. Creates missing custom fields when it may.
 * @returns the plan and the names of what was created for it.
 * @throws CommandFailure that names everything that does not fit, before the first row is read.
 */
export async function buildPlan(
  context: PlanContext,
  spec: ImportSpec,
  header: Header,
): Promise<{ readonly plan: ImportPlan; readonly created: string[] }> {
  const { trx, catalog, organizationId } = context;
  const root = chooseObjectType(catalog, spec.object);
  const partList = await startPartList(trx, catalog, root);
  const planner: CustomFieldPlanner = {
    ...context,
    spec,
    fields: await listCustomFields(trx, { organizationId }),
    created: [],
  };
  const values: PlannedValue[] = [];
  const problems: string[] = [];
  for (const wish of listWishes(spec, header)) {
    const value = await planValue(planner, catalog, root, partList, wish, header);
    if (typeof value === 'string') problems.push(value);
    else values.push(value);
  }
  const { parts } = partList;
  problems.push(...findStrayOptions(spec), ...findMissingColumns(catalog, parts, values));
  if (problems.length > 0)
    throw new CommandFailure(
      `This import cannot be done:\n${[...new Set(problems)].map((one) => `  - ${one}`).join('\n')}`,
    );
  const required = parts.map((part) => new Set(requiredColumns(catalog, part)));
  const checked = values.map((value) => ({ ...value, isRequired: isRequired(value.place, required) }));
  return { plan: { catalog, parts, values: checked, width: header.width }, created: planner.created };
}

function chooseObjectType(catalog: Catalog, name: string): ObjectType {
  const importable = Object.values(catalog.objectTypes).filter(({ path }) => path !== undefined);
  const chosen = findObjectType(catalog, name) ?? importable.find(({ path }) => path === name);
  if (chosen && importable.includes(chosen)) return chosen;
  throw new CommandFailure(
    `There is no object "${name}" to import; there are ${importable.map((type) => type.name).join(', ')}.`,
  );
}

function listWishes(spec: ImportSpec, header: Header): readonly Wish[] {
  const fromColumn = (column: string): CellSource | string => {
    const position = header.find(column);
    return typeof position === 'string' ? position : columnSource(column, position);
  };
  return [
    ...spec.map.map(({ field, column }) => ({ path: field, source: fromColumn(column), key: null })),
    ...spec.link.map(({ field, key, column }) => ({ path: field, source: fromColumn(column), key })),
    ...spec.set.map(({ field, value }) => ({ path: field, source: constantSource(value), key: null })),
  ];
}

async function planValue(
  planner: CustomFieldPlanner,
  catalog: Catalog,
  root: ObjectType,
  partList: PartList,
  wish: Wish,
  header: Header,
): Promise<PlannedValue | string> {
  const { spec } = planner;
  const { path, source } = wish;
  if (typeof source === 'string') return source;
  const applies = planCondition(spec, path, header);
  if (typeof applies === 'string') return applies;
  const resolved = resolvePath(catalog, root, path);
  if (typeof resolved === 'string') return resolved;
  const part = await partList.find(resolved);
  const options: ReadOptions = {
    dateFormat: spec.dateFormat.get(source.column ?? ''),
    factor: spec.scale.get(source.column ?? ''),
  };

  let place: Place;
  let target: string | undefined;
  let makeReader: () => ReturnType<typeof fieldReader>;
  if (resolved.kind === 'custom') {
    const field = await planCustomField(planner, {
      column: source.column,
      owner: resolved.owner,
      name: resolved.name,
    });
    if (typeof field === 'string') return field;
    place = { kind: 'custom', part, field };
    target = customTarget(catalog, field.type);
    makeReader = () => customFieldReader(field, options);
  } else {
    place = { kind: 'column', part, column: resolved.column };
    target = resolved.field.kind === 'reference' ? resolved.field.target : undefined;
    makeReader = () => fieldReader(resolved.field, options);
  }
  const common = { path, place, source, applies, isRequired: false };
  if (target === undefined && wish.key !== null)
    return `${path} refers to nothing, so it cannot be linked: map it`;
  if (target !== undefined) {
    const link = linkTarget(catalog, target, wish.key ?? 'id', spec.createMissing);
    return typeof link === 'string' ? link : { ...common, content: { kind: 'link', link } };
  }
  try {
    return { ...common, content: { kind: 'text', read: makeReader() } };
  } catch (error) {
    return `${path}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function isRequired(place: Place, required: readonly ReadonlySet<string>[]): boolean {
  return place.kind === 'column' && (required[place.part]?.has(place.column) ?? false);
}
