/** `activity` for `activity/note` and `activity/call`; undefined where the paths have nothing in common. */
export function sharedParent(paths: readonly string[]): string | undefined {
  const parents = new Set(paths.map((path) => path.slice(0, Math.max(path.lastIndexOf('/'), 0))));
  const [parent] = parents;
  return parents.size === 1 && parent ? parent : undefined;
}
