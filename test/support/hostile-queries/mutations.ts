import fc from 'fast-check';
import { HOSTILE_KEYS, HOSTILE_VALUES } from './hostile-values.ts';

type Path = readonly (string | number)[];

/** What is done to one place of a query. */
interface Mutation {
  readonly kind: (typeof KINDS)[number];
  /** Which of the places, counted round. */
  readonly site: number;
  /** Another place, or which of the values and keys. */
  readonly pick: number;
}

const KINDS = [
  'replace',
  'replace',
  'drop',
  'rename',
  'add',
  'to list',
  'out of list',
  'repeat',
  'wrap',
  'nest',
  'copy',
  'respell',
  'invert',
] as const;

/** Any of these queries with one to three things wrong with it. */
export function mutated(queries: readonly unknown[]): fc.Arbitrary<unknown> {
  const mutation = fc.record({ kind: fc.constantFrom(...KINDS), site: fc.nat(), pick: fc.nat() });
  return fc
    .tuple(fc.constantFrom(...queries), fc.array(mutation, { minLength: 1, maxLength: 3 }))
    .map(([query, mutations]) => mutations.reduce(mutate, query));
}

function mutate(json: unknown, { kind, site, pick }: Mutation): unknown {
  const paths = pathsIn(json);
  const path = paths[site % paths.length] ?? [];
  const key = HOSTILE_KEYS[pick % HOSTILE_KEYS.length] ?? '';
  const value = HOSTILE_VALUES[pick % HOSTILE_VALUES.length];
  switch (kind) {
    case 'replace':
      return change(json, path, () => value);
    case 'drop':
      return change(json, path, () => DROPPED);
    case 'rename':
      return change(json, path, (node) =>
        isObject(node) && !Array.isArray(node) ? renameKey(node, pick, key) : node,
      );
    case 'add':
      return change(json, path, (node) =>
        isObject(node) && !Array.isArray(node) ? withKey(node, key, value) : node,
      );
    case 'to list':
      return change(json, path, (node) => [node]);
    case 'out of list':
      return change(json, path, (node) => (Array.isArray(node) ? node[0] : node));
    case 'repeat':
      return change(json, path, (node) =>
        Array.isArray(node)
          ? Array.from({ length: pick % 300 }, (_, index) => node[index % node.length])
          : node,
      );
    case 'wrap':
      return change(json, path, (node) => ({ [pick % 2 === 0 ? 'query' : 's_query']: node, sort: [] }));
    case 'nest':
      return change(json, path, (node) => nest(node, pick % 70));
    case 'copy':
      return change(json, path, () => valueAt(json, paths[pick % paths.length] ?? []));
    case 'respell':
      return change(json, path, (node) => (typeof node === 'string' ? respell(node, pick) : node));
    case 'invert':
      return change(json, path, (node) =>
        isObject(node) && !Array.isArray(node)
          ? { ...node, negate: Reflect.get(node, 'negate') !== true }
          : node,
      );
  }
}

const DROPPED = Symbol('dropped');
/** Places deeper than this, and beyond so many, are left alone: hostile values may be large themselves. */
const MOST_LEVELS = 40;
const MOST_PATHS = 400;

function pathsIn(json: unknown): readonly Path[] {
  const paths: Path[] = [[]];
  const visit = (node: unknown, path: Path): void => {
    if (!isObject(node) || path.length >= MOST_LEVELS) return;
    for (const [key, value] of Object.entries(node)) {
      if (paths.length >= MOST_PATHS) return;
      const inner = [...path, Array.isArray(node) ? Number(key) : key];
      paths.push(inner);
      visit(value, inner);
    }
  };
  visit(json, []);
  return paths;
}

function change(json: unknown, [step, ...rest]: Path, edit: (node: unknown) => unknown): unknown {
  if (step === undefined) {
    const edited = edit(json);
    return edited === DROPPED ? undefined : edited;
  }
  if (!isObject(json)) return json;
  const edited =
    rest.length === 0 ? edit(Reflect.get(json, step)) : change(Reflect.get(json, step), rest, edit);
  if (Array.isArray(json)) {
    const index = Number(step);
    return edited === DROPPED ? json.toSpliced(index, 1) : json.with(index, edited);
  }
  const entries = Object.entries(json).flatMap(([key, value]) =>
    key !== step ? [[key, value] as const] : edited === DROPPED ? [] : [[key, edited] as const],
  );
  return Object.fromEntries(entries);
}

function valueAt(json: unknown, path: Path): unknown {
  return path.reduce<unknown>((node, step) => (isObject(node) ? Reflect.get(node, step) : undefined), json);
}

function renameKey(node: object, pick: number, name: string): unknown {
  const entries = Object.entries(node);
  return Object.fromEntries(
    entries.map(([key, value], index) => [index === pick % entries.length ? name : key, value]),
  );
}

function withKey(node: object, key: string, value: unknown): unknown {
  return Object.fromEntries([...Object.entries(node), [key, value]]);
}

function nest(node: unknown, levels: number): unknown {
  let nested = node;
  for (let level = 0; level < levels; level++)
    nested = { type: level % 2 === 0 ? 'and' : 'or', queries: [nested] };
  return nested;
}

const SPELLINGS: readonly ((text: string) => string)[] = [
  (text) => text.toUpperCase(),
  (text) => `${text} `,
  (text) => text.slice(1),
  (text) => text + text,
  (text) => `${text}'`,
  (text) => `"${text}"`,
  (text) => text.replaceAll('_', '-'),
  (text) => `${text}\0`,
];

function respell(text: string, pick: number): string {
  return SPELLINGS[pick % SPELLINGS.length]?.(text) ?? text;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
