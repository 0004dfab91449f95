import { type Catalog, type ObjectType, tableOf } from '@winnow/catalog';
import { readColumnFacts, type Trx } from '@winnow/db';
import type { PlannedPart, PlannedValue } from './plan.ts';
import type { ResolvedPath } from './resolve-path.ts';

/** Columns by which rows are stamped with the user who imports them. */
export const USER_STAMPS = ['created_by', 'updated_by'] as const;

/** The parts of a plan as they come up, each once. */
export interface PartList {
  readonly parts: readonly PlannedPart[];
  /** The place of the part that a path leads to. */
  find(path: ResolvedPath): Promise<number>;
}

export async function startPartList(trx: Trx, catalog: Catalog, root: ObjectType): Promise<PartList> {
  const parts: PlannedPart[] = [];
  const places = new Map<string, number>();
  const add = async (key: string, objectType: ObjectType, parent: PlannedPart['parent']): Promise<number> => {
    const table = { schema: catalog.schema, name: objectType.table };
    parts.push({ objectType, parent, columns: await readColumnFacts(trx, table) });
    places.set(key, parts.length - 1);
    return parts.length - 1;
  };
  await add('', root, null);
  return {
    parts,
    async find({ embeds }) {
      let part = 0;
      let key = '';
      for (const embed of embeds) {
        key = `${key}${embed.name}.`;
        const objectType = catalog.objectTypes[embed.objectType];
        if (!objectType) throw new Error(`catalog ${catalog.name} has no object type ${embed.objectType}`);
        part = places.get(key) ?? (await add(key, objectType, { part, column: embed.column }));
      }
      return part;
    },
  };
}

/**
 * What every row of a part needs and no value gives.
 * @returns sentences.
 */
export function findMissingColumns(
  catalog: Catalog,
  parts: readonly PlannedPart[],
  values: readonly PlannedValue[],
): readonly string[] {
  return parts.flatMap((part, place) => {
    const given = new Set(
      values.flatMap((value) =>
        value.place.kind === 'column' && value.place.part === place ? [value.place.column] : [],
      ),
    );
    return requiredColumns(catalog, part)
      .filter((column) => !given.has(column))
      .map((column) => `every ${part.objectType.label.one} needs ${column}: map, link or set it`);
  });
}

/** Columns that have to be given by the file, by the catalog's word or the table's. */
export function requiredColumns(catalog: Catalog, part: PlannedPart): readonly string[] {
  const table = tableOf(catalog, part.objectType.table);
  const ours = new Set<string | undefined>([
    'id',
    table.tenantColumn,
    table.typeColumn,
    part.parent?.column,
    ...USER_STAMPS,
  ]);
  const byCatalog = Object.values(part.objectType.fields).flatMap(({ required, source }) =>
    required && source.from === 'column' ? [source.column] : [],
  );
  const byTable = [...part.columns].flatMap(([column, whenAbsent]) =>
    whenAbsent === 'refuse' ? [column] : [],
  );
  return [...new Set([...byCatalog, ...byTable])].filter((column) => !ours.has(column));
}
