import {
  archiveKey,
  cutLinks,
  doomedBy,
  isOfType,
  linkKey,
  linksOf,
  type Place,
  rowKey,
  splitKey,
  TABLES,
  tableOf,
  typeOf,
  type Values,
  type World,
} from './world.ts';

export type Counts = Readonly<Record<string, number>>;

/** Ids that are the organization's and of the type, in their order. */
export function findTargets(
  live: World['live'],
  { organizationId, objectType }: { readonly organizationId: string; readonly objectType: string },
  ids: readonly string[],
): readonly string[] {
  const table = tableOf(objectType);
  return ids.filter((id) => {
    const values = live.get(rowKey(table, id));
    return values?.organization_id === organizationId && isOfType(objectType, table, values);
  });
}

/**
 * The world after a page of these objects, and what it did.
 * @param seen what was to be seen when it looked: of two that work at once, one may not see yet what the other brings.
 */
export function deletePage(
  world: World,
  page: Place & { readonly objectType: string; readonly archives: boolean; readonly ids: readonly string[] },
  seen: World['live'],
): { readonly world: World; readonly found: readonly string[]; readonly counts: Counts } {
  const found = findTargets(seen, page, findTargets(world.live, page, page.ids));
  const table = tableOf(page.objectType);
  const doomed = doomedBy(
    world.live,
    found.map((id) => rowKey(table, id)),
  );
  const live = new Map(world.live);
  const archive = new Map(world.archive);
  const links = new Set(world.links);
  const counts: Record<string, number> = {};
  for (const link of cutLinks(world.live, doomed)) {
    const key = rowKey(link.table, link.rowId);
    live.set(key, { ...live.get(key), [link.column]: null });
    if (page.archives) links.add(linkKey(page, link));
  }
  for (const key of doomed) {
    const [from, id] = splitKey(key);
    const values = live.get(key);
    if (values === undefined) continue;
    live.delete(key);
    if (page.archives) archive.set(archiveKey(page, from, id), values);
    const type = typeOf(from, values);
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return { world: { live, archive, links }, found, counts };
}

/** The world after a page is undone, `seen` as above. Conflicts are `type/id/link`, the link empty for a record. */
export function restorePage(
  world: World,
  page: Place,
  seen: World['live'],
): {
  readonly world: World;
  readonly counts: Counts;
  readonly conflicts: ReadonlySet<string>;
  readonly nLinks: number;
} {
  const live = new Map(world.live);
  const archive = new Map(world.archive);
  const links = new Set(world.links);
  const counts: Record<string, number> = {};
  const conflicts = new Set<string>();
  const isBack = (table: string, id: unknown) =>
    live.get(rowKey(table, String(id)))?.organization_id === page.organizationId &&
    !archive.has(archiveKey(page, table, String(id))) &&
    (seen.has(rowKey(table, String(id))) || world.archive.has(archiveKey(page, table, String(id))));
  for (const table of TABLES) {
    for (const [id, values] of archivedOf(world.archive, page, table)) {
      const type = typeOf(table, values);
      const mayComeBack =
        !live.has(rowKey(table, id)) &&
        linksOf(table).every(([column, target]) => values[column] === null || isBack(target, values[column]));
      if (!mayComeBack) {
        conflicts.add(`${type}/${id}/`);
        continue;
      }
      live.set(rowKey(table, id), values);
      archive.delete(archiveKey(page, table, id));
      counts[type] = (counts[type] ?? 0) + 1;
    }
  }
  for (const key of world.links) {
    const [jobId, pageNo, table = '', column = '', rowId = '', targetId = ''] = key.split('/');
    if (jobId !== page.jobId || Number(pageNo) !== page.pageNo) continue;
    const row = live.get(rowKey(table, rowId));
    const target = linksOf(table).find(([name]) => name === column)?.[1] ?? '';
    const isOwn = row?.organization_id === page.organizationId;
    if (row && isOwn && [null, targetId].includes(asId(row[column])) && isBack(target, targetId)) {
      live.set(rowKey(table, rowId), { ...row, [column]: targetId });
      links.delete(key);
    } else {
      // Nobody knows the type of an activity that is not there.
      const type = row && isOwn ? typeOf(table, row) : table;
      conflicts.add(`${type}/${rowId}/${column}`);
    }
  }
  return { world: { live, archive, links }, counts, conflicts, nLinks: world.links.size - links.size };
}

function archivedOf(
  archive: World['archive'],
  { jobId, pageNo }: Place,
  table: string,
): readonly (readonly [id: string, values: Values])[] {
  const start = `${jobId}/${pageNo}/${table}/`;
  return [...archive].flatMap(([key, values]) =>
    key.startsWith(start) ? [[key.slice(start.length), values] as const] : [],
  );
}

const asId = (value: unknown) => (typeof value === 'string' ? value : null);
